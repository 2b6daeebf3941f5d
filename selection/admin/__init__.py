from selection.admin import appeals, lists, rules

__all__ = ["appeals", "lists", "rules"]
