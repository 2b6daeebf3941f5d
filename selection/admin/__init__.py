from selection.admin import appeals, entries, lists, rules

__all__ = ["appeals", "entries", "lists", "rules"]
