"""Who reads which language: one manager records it of another, who then may confirm texts in it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.languages import Language, say_not_on_record
from accounts.models import Reader, User
from accounts.rules import manages_people


class UnableToRecord(Refused):
    """What somebody reads stays as it was on record; the message says why."""


def record_reading(
    *, user_id: int, languages: Iterable[str], by: User, now: datetime
) -> frozenset[str]:
    """Say in which languages somebody can confirm texts: in these, and in no other.

    What is on record already stays as it was recorded; saying the same again changes nothing.

    Returns:
        The languages that are on record now.

    Raises:
        UnableToRecord: not by a programme manager, of oneself, no such language, or a language is
            added of somebody whose account is closed or who does not work in the staff site.
    """
    wanted = frozenset(languages)
    with transaction.atomic():
        # Not a lock on the key: who confirms a text holds the record, and is named as its reader.
        person = User.objects.select_for_update(no_key=True).get(pk=user_id)
        recorded = Reader.objects.select_for_update().filter(person=person)
        before = frozenset(one.language for one in recorded.order_by("language"))
        _require_recordable(person, wanted, before, by)
        if wanted == before:
            return before
        recorded.exclude(language__in=wanted).delete()
        Reader.objects.bulk_create(
            Reader(person=person, language=language, recorded_by=by, recorded_at=now)
            for language in sorted(wanted - before)
        )
        audit.record(
            person,
            "record-reading",
            by=by,
            now=now,
            before={"reads": sorted(before)},
            after={"reads": sorted(wanted)},
        )
        return wanted


def why_not_a_reader(*, person: User, languages: Collection[Language]) -> str:
    """Why somebody may not confirm texts in these languages; blank if they may.

    What is on record stays so until the transaction ends.
    """
    if not languages:
        return ""
    rows = Reader.objects.select_for_update().filter(person=person, language__in=languages)
    held = {row.language for row in rows.order_by("language")}
    return say_not_on_record(set(languages) - held)


def _require_recordable(
    person: User, wanted: frozenset[str], before: frozenset[str], by: User
) -> None:
    if not manages_people(by):
        raise UnableToRecord(_("Only programme managers record who reads which language."))
    if by.pk == person.pk:
        raise UnableToRecord(
            _("Nobody records what they read themselves. Another programme manager does.")
        )
    if not wanted <= set(Language.values):
        raise UnableToRecord(_("There is no such language. Nothing was recorded."))
    if wanted <= before:
        return
    if not person.is_active:
        raise UnableToRecord(_("This account is closed."))
    if not person.is_staff:
        raise UnableToRecord(
            _("Only who works in the staff site confirms texts. Give this person a role first.")
        )
