"""Write a new version of a text, and ask for a reader of each of its languages."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import digest_of, request_approval
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import User
from notifications import kinds, language, previews
from notifications.models import LetterText
from notifications.texts import SHIPPED, MissingVariable, Shelf, Version, check, shipped

READ = {
    Language.ENGLISH: "read-letter-en",
    Language.TRADITIONAL_CHINESE: "read-letter-zh",
}
"""Of each language, the kind of the request to read it."""
READ_AS_ONE = "use-letter"
"""How both languages were asked for at once, before each had its reader; decided ones are kept."""
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


def write_letter(
    *, kind: str, text: dict[str, str], why: str, by: User, now: datetime
) -> LetterText:
    """Keep a new version and ask somebody else to read it, once for each language.

    Args:
        text: `subject_en`, `body_en`, `subject_zh` and `body_zh`.

    Raises:
        UnableToWrite: a language is missing, a name or a tag is unknown, or it cannot be rendered
            for one of the people for whom it is tried.
    """
    said = {name: text.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    try_out(kind, said)
    with transaction.atomic():
        one_at_a_time(kind)
        newest = LetterText.objects.filter(kind=kind).aggregate(n=Max("number"))["n"] or SHIPPED
        written = LetterText.objects.create(
            kind=kind, number=newest + 1, why=why, written_by=by, written_at=now, **said
        )
        audit.record(
            written,
            "write-letter",
            by=by,
            now=now,
            after={"kind": kind, "number": written.number, "digest": digest_written(written)},
            reason=why,
        )
        for in_language, reading in READ.items():
            request_approval(
                kind=reading,
                object_id=written.pk,
                digest=digest_read(written, in_language),
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


def in_force(kind: str) -> dict[str, str]:
    """The text of a kind as it is used now, by field; to begin a new version from."""
    written = Shelf({kind}).written.get(kind)
    if written is not None:
        return text_of(written)
    found = {}
    for suffix, in_language in (("en", "en"), ("zh", "zh-hant")):
        found[f"subject_{suffix}"], found[f"body_{suffix}"] = shipped(kind, in_language)
    return found


def text_of(written: LetterText) -> dict[str, str]:
    """What a version says, by field."""
    return {name: getattr(written, name) for name in FIELDS}


def digest_read(written: LetterText, in_language: Language) -> str:
    """What the reader of a language agrees to: the version in both, and which of them was read."""
    named = {"kind": written.kind, "number": written.number, "language": in_language.value}
    return digest_of(named | text_of(written))


def digest_written(written: LetterText) -> str:
    """What a version is called in the trail."""
    return hashlib.sha256(digest_of(text_of(written)).encode()).hexdigest()


def one_at_a_time(kind: str) -> None:
    """Let all that is done to the texts of one kind be done one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"letter {kind}"])
