"""A letter on a page of the site (see `notifications.layout`)."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from notifications.layout import body_of

register = template.Library()


@register.filter
def letter(body: str) -> SafeString:
    """The text of a letter with its paragraphs, lists and links; everything in it is escaped."""
    return mark_safe(body_of(body))  # noqa: S308 - body_of escapes
