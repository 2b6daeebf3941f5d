"""Look at the site as an applicant sees it: to read, for a reason, for half an hour, on record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from accounts.roles import role_names
from accounts.rules import views_as

LASTS = timedelta(minutes=30)

Hindrance = Callable[[int], str | None]
"""From a person's id to why nobody may look on now, in words; None where nothing is in the way."""

_hindrances: list[Hindrance] = []


class UnableToView(Refused):
    """The site cannot be shown as this person sees it; the message says why."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks on at whom, since when."""

    viewer: User
    viewed: User
    since: datetime

    @property
    def ends_at(self) -> datetime:
        return self.since + LASTS


def register_hindrance(hindrance: Hindrance) -> None:
    """Let an app say when nobody may look on. Registering it again changes nothing."""
    if hindrance not in _hindrances:
        _hindrances.append(hindrance)


def start_viewing(*, user_id: int, reason: str, by: User, now: datetime) -> Viewing:
    """Begin to look on.

    Raises:
        UnableToView: `by` may not, gives no reason, or nobody may look on at this person.
    """
    with transaction.atomic():
        viewing = Viewing(by, User.objects.get(pk=user_id), now)
        if not reason.strip():
            raise UnableToView(_("Say why you look at the site as this person."))
        if why_not := hindrance_to(viewing, now):
            raise UnableToView(why_not)
        audit.record(viewing.viewed, "view-as-start", by=by, now=now, reason=reason.strip())
        return viewing


def stop_viewing(viewing: Viewing, *, now: datetime, reason: str = "") -> None:
    """End it. `reason` says why, where it was not the viewer's own wish."""
    audit.record(viewing.viewed, "view-as-stop", by=viewing.viewer, now=now, reason=reason)


def record_page(viewing: Viewing, *, page: str, status: int, now: datetime) -> None:
    """Remember a page that was asked for while looking on."""
    audit.record(
        viewing.viewed,
        "view-as-page",
        by=viewing.viewer,
        now=now,
        after={"page": page, "status": status},
    )


def hindrance_to(viewing: Viewing, now: datetime) -> str:
    """Why this may not begin or go on now, in words; nothing if it may."""
    if not views_as(viewing.viewer):
        return _("Only programme managers look at the site as somebody else.")
    if now >= viewing.ends_at:
        return _("Half an hour is over.")
    if not can_be_viewed(viewing.viewed):
        return _("Only an applicant’s view can be looked at, never that of somebody with a role.")
    return next(filter(None, (hindrance(viewing.viewed.pk) for hindrance in _hindrances)), "")


def can_be_viewed(user: User) -> bool:
    """Whether this is an open account without any role of the house."""
    return user.is_active and not (user.is_staff or user.is_superuser or role_names(user))
