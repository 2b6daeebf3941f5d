"""How an event of the trail reads."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from accounts.web.staff import LINK

LONGEST_VALUE = 200
SHORT_DIGEST = 12
DIGEST = re.compile(r"[0-9a-f]{64}")


class Change(NamedTuple):
    """What one thing was and became; blank where nothing is said."""

    name: str
    before: str
    after: str


def changes_of(event: AuditEvent) -> Iterator[Change]:
    """What the event says of before and after, name by name."""
    for name in [*event.before, *(key for key in event.after if key not in event.before)]:
        said = str(name).replace("_", " ")
        yield Change(said, _spell(event.before.get(name)), _spell(event.after.get(name)))


def say_changes(event: AuditEvent, *, in_short: bool = False) -> SafeString:
    """The changes, a line each: `stage: submitted → eligible`. In short, digests are cut."""
    return format_html_join(
        "",
        '<span class="block digest">{}: {}</span>',
        ((one.name, _arrow(one, in_short=in_short)) for one in changes_of(event)),
    )


def _arrow(change: Change, *, in_short: bool) -> str:
    said = " → ".join(filter(None, (change.before, change.after)))
    return DIGEST.sub(lambda found: found[0][:SHORT_DIGEST] + "…", said) if in_short else said


def trail_of(model: type[Model], pk: object) -> str:
    """The address of everything that was done with one row."""
    about = urlencode({"object_type": model._meta.label_lower, "object_id": pk})
    return f"{reverse('admin:accounts_auditevent_changelist')}?{about}"


def say_when(event: AuditEvent) -> str:
    """To the second: the order of things is what a trail is read for."""
    return f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}"


def say_object(event: AuditEvent) -> str:
    """The kind of object and its id, in words where the kind is known."""
    return f"{name_of(event.object_type)} {event.object_id}"


def name_of(object_type: str) -> str:
    """What a kind of object is called."""
    try:
        return capfirst(str(apps.get_model(object_type)._meta.verbose_name))
    except (LookupError, ValueError):
        return object_type


def link_to_object(event: AuditEvent) -> SafeString | str:
    """The object, as a link where it has a staff page."""
    said = say_object(event)
    try:
        model = apps.get_model(event.object_type)
    except (LookupError, ValueError):
        return said
    if not admin.site.is_registered(model):
        return said
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return format_html(
        '<a class="{}" href="{}">{}</a>', LINK, reverse(name, args=[event.object_id]), said
    )


def _spell(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return Truncator(str(value)).chars(LONGEST_VALUE)
