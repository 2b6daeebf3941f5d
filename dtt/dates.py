"""A person's own dates: sessions, and what is due in the stage they are in.

Everything follows from the stage, the public dates of the cohort and what has been published, so
before a publication the dates of two people in one stage are the same, whatever was decided.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.revisions import Entry
from applications.domain.documents import ASKED
from applications.domain.lateness import closes_for
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Stage
from applications.published import standing
from applications.queries import cvs_of
from applications.rules import applications_for
from bootcamp.models import Booking
from bootcamp.queries import sessions_to_attend
from bootcamp.rules import own_sessions_for
from dtt.web.programme import Event, events_of
from matching.queries import offer_to_answer
from quiz.queries import attempt_of
from selection.models import Entry as Place

Rule = Callable[[Application], Iterator[Entry]]
# Before a place is confirmed nobody knows in what they will take part; a public date says what
# the page of the cohort says. Who has left, or was not selected, has no dates any more.
PUBLIC_DATES: dict[str, frozenset[str]] = {
    Stage.SUBMITTED: frozenset({"quiz", "shortlist"}),
    Stage.ELIGIBLE: frozenset({"shortlist"}),
    Stage.RESERVE: frozenset({"bootcamp"}),
    Stage.PLACE_OFFERED: frozenset({"bootcamp"}),
    Stage.PLACE_CONFIRMED: frozenset({"project", "finalists"}),
    Stage.FINAL_RESERVE: frozenset({"rankings"}),
    Stage.FINALIST: frozenset({"rankings", "match"}),
}
REMINDED = frozenset({"quiz", "project", "rankings"})


def dates_of(person: User, now: datetime) -> list[Entry]:
    """Everything that belongs into this person's calendar, in the active language.

    It follows where they stand at this instant, as all that they read does.
    """
    sessions = list(sessions_to_attend(person.pk))
    entries = [_session(booking) for booking in sessions]
    entries += [_taught(booking) for booking in own_sessions_for(person)]
    taught = {booking.group.cohort_id for booking in sessions}
    for application in applications_for(person).select_related("cohort__programme", "user"):
        application.stage = standing(application, now).stage
        for rule in RULES:
            entries += rule(application)
        if application.stage in IN_BOOTCAMP and application.cohort_id not in taught:
            entries += _public(application, frozenset({"bootcamp"}))
    return entries


def application_closes(application: Application) -> Iterator[Entry]:
    """Until when a draft can be submitted."""
    if application.stage == Stage.DRAFT:
        yield _moment(application, "apply", _("Applications close"), closes_for(application))


def public_dates(application: Application) -> Iterator[Entry]:
    """The dates of the cohort that matter in this stage."""
    yield from _public(application, PUBLIC_DATES.get(application.stage, frozenset()))


def quiz(application: Application) -> Iterator[Entry]:
    """The time in which the quiz can be sat; once it is begun, the end of it."""
    if application.stage != Stage.ELIGIBLE:
        return
    attempt = attempt_of(application)
    if attempt is None:
        yield from _public(application, frozenset({"quiz"}))
    elif attempt.is_open:
        yield _moment(application, "quiz", _("Your quiz ends"), attempt.deadline_at)


def reply(application: Application) -> Iterator[Entry]:
    """By when an offered place is to be confirmed or declined."""
    if application.stage != Stage.PLACE_OFFERED:
        return
    asked = Place.objects.published().filter(application=application, reply=Place.Reply.OFFERED)
    for place in asked:
        if place.reply_by is not None:
            yield _moment(application, "reply", _("Confirm or decline your place"), place.reply_by)


def cv(application: Application) -> Iterator[Entry]:
    """By when a CV is asked for, while there is none."""
    if application.stage in ASKED and not cvs_of([application.pk]):
        by = application.cohort.rankings_close_at
        yield _moment(application, "cv", _("Upload your CV"), by)


def offer(application: Application) -> Iterator[Entry]:
    """By when an offer is to be answered."""
    waiting = offer_to_answer(application.pk) if application.stage == Stage.MATCHED else None
    if waiting is not None and waiting.expires_at is not None:
        yield _moment(application, "offer", _("Answer your offer"), waiting.expires_at)


RULES: tuple[Rule, ...] = (application_closes, public_dates, quiz, reply, cv, offer)


def _public(application: Application, keys: frozenset[str]) -> list[Entry]:
    return [_event(application, one) for one in events_of(application.cohort) if one.key in keys]


def _event(application: Application, event: Event) -> Entry:
    return Entry(
        uid=_uid(application, event.key),
        what=f"{application.cohort.programme}: {event.what}",
        starts_at=event.at,
        ends_at=event.until or event.at,
        note=event.note,
        reminds=event.key in REMINDED,
    )


def _moment(application: Application, key: str, what: str, at: datetime) -> Entry:
    return Entry(
        uid=_uid(application, key),
        what=f"{application.cohort.programme}: {what}",
        starts_at=at,
        ends_at=at,
        reminds=True,
    )


def _session(booking: Booking) -> Entry:
    number = _("Module %(number)s") % {"number": booking.session.module.number}
    return Entry(
        uid=f"session-{booking.session.uuid}@dtt",
        what=booking.session.title,
        starts_at=booking.slot.starts_at,
        ends_at=booking.slot.ends_at,
        note=f"{number} · {booking.group} · {booking.trainer}",
        place=str(booking.room),
        kept=True,
    )


def _taught(booking: Booking) -> Entry:
    number = _("Module %(number)s") % {"number": booking.session.module.number}
    return Entry(
        uid=f"teaching-{booking.session.uuid}@dtt",
        what=f"{booking.session.title} · {booking.group}",
        starts_at=booking.slot.starts_at,
        ends_at=booking.slot.ends_at,
        note=f"{booking.group.cohort} · {number}",
        place=str(booking.room),
        kept=True,
    )


def _uid(application: Application, key: str) -> str:
    return f"own-{application.cohort.slug}-{key}@dtt"
