"""Measures that take a module of their own."""
