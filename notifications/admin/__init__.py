"""The staff pages of this room, by subject. All are for reading: writing has verbs."""

from notifications.admin import announcements, corrections, outbox, texts, troubles

__all__ = ["announcements", "corrections", "outbox", "texts", "troubles"]
