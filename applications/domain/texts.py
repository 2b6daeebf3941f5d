"""The texts that people accept: written, published for good, and asked for again if need be."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.markup import document
from accounts.models import User
from applications.lifecycle import LEFT
from applications.models import Application, LegalText, Stage

Kind = LegalText.Kind
REQUIRED = (Kind.PRIVACY_NOTICE, Kind.HONOUR_CODE)
CONTACT = "{contact}"
LONGEST_VERSION = 20
NUL = "\0"


class UnableToChangeText(Refused):
    """The text stays as it was; the message says why."""


def in_force() -> dict[str, LegalText]:
    """The newest published version of each kind."""
    published = LegalText.objects.filter(published_at__isnull=False)
    newest = published.order_by("kind", "-published_at", "-pk").distinct("kind")
    return {text.kind: text for text in newest}


def write_text(
    *,
    kind: str,
    version: str,
    text_en: str,
    text_zh: str,
    asks_again: bool,
    by: User,
    now: datetime,
) -> LegalText:
    """Write a version, or write it anew as long as it is not published.

    Args:
        version: a short name such as `2027-03`, once for each kind; it stands in addresses.
        asks_again: whether the meaning is another than that of the version before.

    Raises:
        UnableToChangeText: there is no such kind, the name is not one, or it is published.
    """
    if kind not in Kind.values:
        raise UnableToChangeText(_("There is no text of this kind."))
    if not _is_name(version):
        raise UnableToChangeText(
            _("Name the version with up to 20 letters, digits and hyphens: 2027-03.")
        )
    said = {"text_en": _tidy(text_en), "text_zh": _tidy(text_zh), "asks_again": asks_again}
    with transaction.atomic():
        text = LegalText.objects.select_for_update().filter(kind=kind, version=version).first()
        if text is not None:
            _require_draft(text)
            for name, value in said.items():
                setattr(text, name, value)
            text.save(update_fields=[*said])
        else:
            try:
                with transaction.atomic():
                    text = LegalText.objects.create(
                        kind=kind, version=version, created_by=by, **said
                    )
            except IntegrityError as error:  # written by somebody else at this very moment
                raise UnableToChangeText(
                    _("There is a version of this name already. Choose another.")
                ) from error
        audit.record(text, "write-text", by=by, now=now, after={"version": version})
        return text


def publish_text(*, text_id: int, by: User, now: datetime) -> LegalText:
    """Put a version in force, for good.

    Raises:
        UnableToChangeText: a language is missing, or it is published already.
    """
    with transaction.atomic():
        text = LegalText.objects.select_for_update().get(pk=text_id)
        _require_draft(text)
        if not (text.text_en.strip() and text.text_zh.strip()):
            raise UnableToChangeText(_("Both languages are needed before it can be published."))
        before = in_force().get(text.kind)
        text.published_at = now
        text.save(update_fields=["published_at"])
        audit.record(
            text,
            "publish-text",
            by=by,
            now=now,
            before={"version": before.version} if before else {},
            after={"version": text.version, "asks_again": text.asks_again},
        )
        return text


def to_accept_again(application: Application) -> list[LegalText]:
    """The required texts in force whose meaning has changed since this person accepted one.

    Who has no acceptance on record (an imported application) accepted what was in force when the
    application was submitted. A draft is asked at its submission.
    """
    if application.submitted_at is None or application.stage in LEFT:
        return []
    published = LegalText.objects.filter(kind__in=REQUIRED, published_at__isnull=False)
    versions = list(published.order_by("published_at", "pk"))
    accepted = set(application.acceptances.values_list("text_id", flat=True))
    asked = []
    for kind in REQUIRED:
        of_kind = [text for text in versions if text.kind == kind]
        last = max((n for n, text in enumerate(of_kind) if text.pk in accepted), default=None)
        later = (
            [text for text in of_kind if _published(text) > application.submitted_at]
            if last is None
            else of_kind[last + 1 :]
        )
        if any(text.asks_again for text in later):
            asked.append(of_kind[-1])
    return asked


def people_asked_again() -> int:
    """How many people a new required version with another meaning would ask."""
    return (
        Application.objects.filter(submitted_at__isnull=False)
        .exclude(stage__in=[*LEFT, Stage.DRAFT])
        .count()
    )


def as_html(text: LegalText, *, contact: str = "") -> SafeString:
    """A text in the reader's language, with the address to write to in its place."""
    address = f"<{contact}>" if contact else _("the contact address of the programme")
    return document(text.text.replace(CONTACT, address))


def _require_draft(text: LegalText) -> None:
    if text.published_at is not None:
        raise UnableToChangeText(
            _("Version %(version)s is published and stays as it is. Write a new version.")
            % {"version": text.version}
        )


def _is_name(version: str) -> bool:
    plain = version.replace("-", "")
    return len(version) <= LONGEST_VERSION and plain.isascii() and plain.isalnum()


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace(NUL, "").strip()


def _published(text: LegalText) -> datetime:
    if text.published_at is None:
        raise ValueError("a draft has no time")
    return text.published_at
