"""What a person accepts and agrees to: which version of which text, in which language, when.

The ledger only grows: taking a consent back adds a time to its row, and giving it again adds a row.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.texts import REQUIRED, in_force
from applications.models import Acceptance, Application, Consent, LegalText


class UnableToAccept(Refused):
    """Nothing was recorded; the message says why."""


def notice_version() -> str:
    """The version of the privacy notice in force."""
    return version_of(LegalText.Kind.PRIVACY_NOTICE, in_force())


def version_of(kind: str, texts: dict[str, LegalText]) -> str:
    """The version of a text among those in force; nothing where none is published."""
    text = texts.get(kind)
    return text.version if text else ""


def required_texts() -> list[LegalText]:
    """The texts in force that everybody must accept to submit."""
    texts = in_force()
    return [texts[kind] for kind in REQUIRED if kind in texts]


def accept_required(
    *,
    application: Application,
    language: str,
    now: datetime,
    shown: Collection[int] | None = None,
) -> None:
    """Record that the person of a locked application accepts the required texts.

    Args:
        shown: the ids of the texts that were read; None for those in force.

    Raises:
        UnableToAccept: one of them has a newer version than the one that was read.
    """
    texts = required_texts()
    if shown is not None and {text.pk for text in texts} - set(shown):
        raise UnableToAccept(
            _("A text has changed since you opened this page. Please read it again and confirm.")
        )
    Acceptance.objects.bulk_create(
        [
            Acceptance(application=application, text=text, language=language, at=now)
            for text in texts
        ],
        ignore_conflicts=True,
    )


def accept_again(
    *, application_id: int, shown: Collection[int], language: str, by: User, now: datetime
) -> None:
    """Accept the texts that changed after the submission; doing so twice records it once.

    Raises:
        UnableToAccept: one of them has a newer version than the one that was read.
    """
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        before = application.acceptances.count()
        accept_required(application=application, language=language, now=now, shown=shown)
        if application.acceptances.count() > before:
            after = {"texts": [str(text) for text in required_texts()]}
            audit.record(application, "accept-texts", by=by, now=now, after=after)


def live_consents(application: Application) -> list[str]:
    """The purposes that this person agrees to now."""
    live = Consent.objects.filter(application=application, withdrawn_at__isnull=True)
    return list(live.values_list("purpose", flat=True))


def change_consents(
    *,
    application_id: int,
    purposes: Collection[str],
    language: str,
    by: User,
    now: datetime,
) -> bool:
    """Agree to these optional purposes and to no others, from now on; tell whether that is new."""
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        before = sorted(live_consents(application))
        if before == sorted(set(purposes)):
            return False
        give_consents(application=application, purposes=purposes, language=language, now=now)
        audit.record(
            application,
            "change-consents",
            by=by,
            now=now,
            before={"consents": before},
            after={"consents": sorted(set(purposes))},
        )
        return True


def give_consents(
    *, application: Application, purposes: Collection[str], language: str, now: datetime
) -> None:
    """Record the optional consents of a locked application, and withdraw those not among them."""
    live = Consent.objects.filter(application=application, withdrawn_at__isnull=True)
    have = set(live.values_list("purpose", flat=True))
    if have.difference(purposes):
        live.exclude(purpose__in=purposes).update(withdrawn_at=now)
    new = [purpose for purpose in Consent.Purpose.values if purpose in purposes]
    texts = in_force() if set(new) - have else {}
    Consent.objects.bulk_create(
        Consent(
            application=application,
            purpose=Consent.Purpose(purpose),
            text_version=version_of(purpose, texts),
            language=language,
            given_at=now,
        )
        for purpose in new
        if purpose not in have
    )


def wants_news(people: Collection[int]) -> set[int]:
    """Of these people, those who agree now to hear of other programmes, in any application."""
    live = Consent.objects.filter(
        purpose=Consent.Purpose.MARKETING,
        withdrawn_at__isnull=True,
        application__user__in=people,
    )
    return set(live.values_list("application__user", flat=True))


def end_news(person: User, now: datetime) -> bool:
    """Take this person's consent to news back, in every application; tell whether there was one."""
    with transaction.atomic():
        mine = Application.objects.select_for_update().filter(user=person).order_by("pk")
        ended = False
        for application in mine:
            before = sorted(live_consents(application))
            if Consent.Purpose.MARKETING not in before:
                continue
            kept = [purpose for purpose in before if purpose != Consent.Purpose.MARKETING]
            ended |= change_consents(
                application_id=application.pk,
                purposes=kept,
                language=person.language,
                by=person,
                now=now,
            )
        return ended
