"""The staff pages of this room, by subject. All are for reading: writing has verbs."""

from notifications.admin import corrections, outbox, texts, troubles

__all__ = ["corrections", "outbox", "texts", "troubles"]
