"""Read one language of a version beside the other: it is right, or it is wrong.

Each language is an act of its own, by somebody who did not write the version and is on record as
reading that language. The second that is found right puts the version to use. All that is done to
the texts of one kind waits its turn, so two readers at the same moment use it once.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import Approval, User
from notifications.domain.writing import (
    READ,
    digest_read,
    digest_written,
    one_at_a_time,
    text_of,
    try_out,
)
from notifications.models import LetterText

ENDINGS = {Language.ENGLISH: "en", Language.TRADITIONAL_CHINESE: "zh"}
"""Of each language, how the names of its columns go on."""


class UnableToRead(Refused):
    """The language cannot be confirmed or refused; the message says why."""


def confirm_language(
    *, text_id: int, language: Language, digest: str, by: User, now: datetime
) -> LetterText:
    """Say that a language is right and says the same as the other; use what is right in both.

    Args:
        digest: of what was read, `digest_read`.

    Raises:
        UnableToRead: the reader wrote it, it is used or was found wrong, a newer one is used, or
            nobody is asked to read it.
        UnableToWrite: it can no longer be written out.
        UnableToApprove: the reader is not on record as reading the language, it was read already,
            another text was seen, or the request has lapsed.
    """
    with transaction.atomic():
        written = _locked(text_id)
        _require_readable(written, language, by)
        try_out(written.kind, text_of(written))
        _decide(written, language, digest=digest, approve=True, by=by, now=now)
        reader, instant = (f"read_{ENDINGS[language]}_{part}" for part in ("by", "at"))
        setattr(written, reader, by)
        setattr(written, instant, now)
        written.save(update_fields=[reader, instant])
        audit.record(written, "read-letter", by=by, now=now, after=_said(written, language, digest))
        if written.read_en_at and written.read_zh_at:
            _use(written, by=by, now=now)
        return written


def refuse_language(
    *, text_id: int, language: Language, digest: str, why: str, by: User, now: datetime
) -> LetterText:
    """Say what is wrong with a language: the version is never used, and a new one is written.

    Args:
        digest: of what was read, `digest_read`.

    Raises:
        UnableToRead: see `confirm_language`; or it is not said what is wrong.
        UnableToApprove: see `confirm_language`.
    """
    if not why.strip():
        raise UnableToRead(_("Say what is wrong."))
    with transaction.atomic():
        written = _locked(text_id)
        _require_readable(written, language, by)
        _decide(written, language, digest=digest, approve=False, by=by, now=now, why=why)
        written.refused_by, written.refused_at = by, now
        written.refused_language, written.refused_why = language, why
        written.save(update_fields=["refused_by", "refused_at", "refused_language", "refused_why"])
        audit.record(
            written,
            "refuse-letter",
            by=by,
            now=now,
            after=_said(written, language, digest),
            reason=why,
        )
        _ask_no_longer([written.pk], by=by, now=now)
        return written


def is_passed(written: LetterText) -> bool:
    """Whether a newer version of the same text has been put to use."""
    newer = LetterText.objects.filter(
        kind=written.kind, number__gt=written.number, approved_at__isnull=False
    )
    return newer.exists()


def is_kept(approval: Approval) -> bool:
    """Whether the version has what was approved: a reading is kept with the decision, for good."""
    return approval.state == Approval.State.APPROVED


def hold(approval: Approval) -> None:
    """Lock the version that somebody is asked to read."""
    _locked(int(approval.object_id))


def ask_nobody(approval: Approval, by: User, now: datetime) -> None:
    """Who wrote a version gives it up: nobody needs to read its other language either."""
    _ask_no_longer([int(approval.object_id)], by=by, now=now)


def _use(written: LetterText, *, by: User, now: datetime) -> None:
    """Use a version from now on; nobody is asked to read an older one any more."""
    written.approved_at = now
    written.save(update_fields=["approved_at"])
    named = {"kind": written.kind, "number": written.number, "digest": digest_written(written)}
    readers = {"English read by": written.read_en_by_id, "Chinese read by": written.read_zh_by_id}
    audit.record(written, "use-letter", by=by, now=now, after=named | readers)
    older = LetterText.objects.filter(kind=written.kind, number__lt=written.number)
    _ask_no_longer(older.order_by("pk").values_list("pk", flat=True), by=by, now=now)


def _ask_no_longer(texts: Iterable[int], *, by: User, now: datetime) -> None:
    ids = [str(pk) for pk in texts]
    asked = Approval.objects.filter(
        kind__in=READ.values(), object_id__in=ids, state=Approval.State.REQUESTED
    )
    for request in asked.order_by("pk"):
        approvals.void_requests(kind=request.kind, object_id=request.object_id, by=by, now=now)


def _decide(
    written: LetterText,
    language: Language,
    *,
    digest: str,
    approve: bool,
    by: User,
    now: datetime,
    why: str = "",
) -> None:
    """Answer the request to read a language, if what was read is the text as it stands."""
    asked = Approval.objects.filter(kind=READ[language], object_id=str(written.pk))
    request = asked.order_by("-pk").first()
    if request is None:
        raise UnableToRead(_("Nobody is asked to read it. Write it anew."))
    if request.digest != digest_read(written, language):
        raise approvals.UnableToApprove(_("The content has changed since approval was asked for."))
    approvals.decide(
        approval_id=request.pk, approve=approve, digest=digest, by=by, now=now, reason=why
    )


def _require_readable(written: LetterText, language: Language, by: User) -> None:
    if written.written_by_id == by.pk:
        raise UnableToRead(_("Who wrote a text does not confirm it: somebody else reads it."))
    if written.refused_at:
        raise UnableToRead(_("It was found wrong and is never used. Write it anew."))
    if written.approved_at:
        raise UnableToRead(_("It is in use: both languages have been read."))
    if is_passed(written):
        raise UnableToRead(_("A newer version is in use already."))


def _locked(text_id: int) -> LetterText:
    one_at_a_time(LetterText.objects.values_list("kind", flat=True).get(pk=text_id))
    return LetterText.objects.select_for_update().get(pk=text_id)


def _said(written: LetterText, language: Language, digest: str) -> dict[str, str | int]:
    return {
        "kind": written.kind,
        "number": written.number,
        "language": language.value,
        "digest": digest,
    }
