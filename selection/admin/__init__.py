from selection.admin import appeals, lists

__all__ = ["appeals", "lists"]
