"""Write a new version of a text, and use it when a second person has agreed."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import digest_of, request_approval
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import Approval, User
from notifications import kinds, language, previews
from notifications.models import LetterText
from notifications.texts import SHIPPED, MissingVariable, Shelf, Version, check, shipped

USE_TEXT = "use-letter"
LONGEST_SUBJECT = 200
FIELDS = {
    "subject_en": Language.ENGLISH,
    "body_en": Language.ENGLISH,
    "subject_zh": Language.TRADITIONAL_CHINESE,
    "body_zh": Language.TRADITIONAL_CHINESE,
}


class UnableToWrite(Refused):
    """The text is not one that could be sent.

    Attributes:
        problems: what is wrong, by field.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class UnableToUse(Refused):
    """The version cannot come into use; the message says why."""


def write_letter(
    *, kind: str, text: dict[str, str], why: str, by: User, now: datetime
) -> LetterText:
    """Keep a new version and ask a second person to let it be used.

    Args:
        text: `subject_en`, `body_en`, `subject_zh` and `body_zh`.

    Raises:
        UnableToWrite: a language is missing, a name or a tag is unknown, or it cannot be rendered
            for one of the people for whom it is tried.
    """
    said = {name: text.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    try_out(kind, said)
    with transaction.atomic():
        _one_at_a_time(kind)
        newest = LetterText.objects.filter(kind=kind).aggregate(n=Max("number"))["n"] or SHIPPED
        written = LetterText.objects.create(
            kind=kind, number=newest + 1, why=why, written_by=by, written_at=now, **said
        )
        audit.record(
            written,
            "write-letter",
            by=by,
            now=now,
            after={"kind": kind, "number": written.number, "digest": _digest(written)},
            reason=why,
        )
        request_approval(
            kind=USE_TEXT,
            object_id=written.pk,
            payload=_payload(written),
            by=by,
            now=now,
            reason=why,
        )
        return written


def try_out(kind_name: str, text: dict[str, str]) -> list[previews.Sample]:
    """Check a text as it would be kept, and render it for the people for whom texts are tried.

    Raises:
        UnableToWrite: see `write_letter`.
    """
    if not kinds.is_declared(kind_name):
        raise UnableToWrite({"subject_en": _("There is no such kind of message.")})
    kind = kinds.known(kind_name)
    versions = parse_texts(kind, text)
    try:
        return previews.samples(kind, versions)
    except MissingVariable as missing:
        problem = _("It cannot be written for everybody: %(what)s.") % {"what": missing.args[0]}
        raise UnableToWrite({"body_en": problem}) from missing


def parse_texts(kind: kinds.Kind, text: Mapping[str, str]) -> dict[str, Version]:
    """Read subject and text in every language, by language.

    Raises:
        UnableToWrite: a language is missing, or a text names what the kind does not have.
    """
    parsed: dict[str, language.Nodes] = {}
    problems: dict[str, str] = {}
    for name in FIELDS:
        try:
            parsed[name] = _checked(kind, name, text.get(name, ""))
        except language.NotALetter as wrong:
            problems[name] = say_problem(wrong)
    if problems:
        raise UnableToWrite(problems)
    return {
        Language.ENGLISH.value: Version(SHIPPED, parsed["subject_en"], parsed["body_en"]),
        Language.TRADITIONAL_CHINESE.value: Version(
            SHIPPED, parsed["subject_zh"], parsed["body_zh"]
        ),
    }


def _checked(kind: kinds.Kind, name: str, text: str) -> language.Nodes:
    if not text.strip():
        raise language.NotALetter("empty", "", 1)
    if name.startswith("subject") and len(text.splitlines()) > 1:
        raise language.NotALetter("line-break", "", 1)
    if name.startswith("subject") and len(text) > LONGEST_SUBJECT:
        raise language.NotALetter("too-long", str(LONGEST_SUBJECT), 1)
    nodes = language.parse(text)
    check(kind, nodes)
    return nodes


def say_problem(wrong: language.NotALetter) -> str:
    """What is wrong with a text, in the reader's language."""
    said = {
        "empty": _("Both languages are needed."),
        "line-break": _("A subject is one line."),
        "too-long": _("The text is too long."),
        "too-deep": _("Too many conditions stand inside each other."),
        "never-closed": _("“%(what)s” is missing: something was opened and never closed."),
        "unknown-tag": _("“%(what)s” is nothing that a text may do."),
        "unknown-condition": _("“%(what)s” cannot be asked: only whether something is there."),
        "unknown-filter": _("“%(what)s” is no way of saying a value."),
        "unfit-filter": _("“%(what)s”: this value cannot be said in this way."),
        "unknown-variable": _("This kind of message has no “%(what)s”."),
        "not-a-list": _("“%(what)s” is no list."),
    }[wrong.code]
    problem = said % {"what": wrong.detail} if "%(what)s" in said else said
    if wrong.code in ("empty", "line-break", "too-long"):
        return problem
    return _("Line %(line)d: %(problem)s") % {"line": wrong.line, "problem": problem}


def use_letter(approval: Approval, by: User, now: datetime) -> None:
    """Let an approved version be used from now on.

    Raises:
        UnableToUse: a newer version is in use, or the text can no longer be rendered.
    """
    with transaction.atomic():
        written = LetterText.objects.select_for_update().get(pk=approval.object_id)
        if approval.payload != _payload(written):
            raise UnableToUse(_("The content has changed since approval was asked for."))
        newer = LetterText.objects.filter(
            kind=written.kind, number__gt=written.number, approved_at__isnull=False
        )
        if newer.exists():
            raise UnableToUse(_("A newer version is in use already."))
        if written.written_by_id == by.pk:
            raise UnableToUse(_("Who wrote a text does not approve it."))
        try_out(written.kind, {name: getattr(written, name) for name in FIELDS})
        written.approved_by, written.approved_at = by, now
        written.save(update_fields=["approved_by", "approved_at"])
        audit.record(
            written,
            "use-letter",
            by=by,
            now=now,
            after={"kind": written.kind, "number": written.number, "digest": _digest(written)},
        )


def in_force(kind: str) -> dict[str, str]:
    """The text of a kind as it is used now, by field; to begin a new version from."""
    written = Shelf({kind}).written.get(kind)
    if written is not None:
        return {name: getattr(written, name) for name in FIELDS}
    found = {}
    for suffix, in_language in (("en", "en"), ("zh", "zh-hant")):
        found[f"subject_{suffix}"], found[f"body_{suffix}"] = shipped(kind, in_language)
    return found


def _payload(written: LetterText) -> dict[str, Any]:
    return {"kind": written.kind, "number": written.number, "digest": _digest(written)}


def _digest(written: LetterText) -> str:
    return hashlib.sha256(
        digest_of({name: getattr(written, name) for name in FIELDS}).encode()
    ).hexdigest()


def _one_at_a_time(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"letter {kind}"])
