"""The sections of the application form, and how far a person has come with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.answers import ASKED, Answer, answers_in
from applications.domain.access import may_ask
from applications.domain.applying import missing_answers
from applications.models import AccessRequest, Application
from applications.web.forms import (
    AboutForm,
    AccessForm,
    AvailabilityForm,
    DeclarationsForm,
    ReadinessForm,
    SectionForm,
    StudyForm,
)

ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form. Whoever leaves a `wanted` field empty can submit, and staff will look."""

    slug: str
    title: str | Promise
    form: type[SectionForm] | type[AccessForm]
    wanted: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        """The application's fields on this page; none for the access needs, kept apart."""
        return list(self.form.base_fields) if issubclass(self.form, SectionForm) else []


FORMS: dict[str, type[SectionForm]] = {
    "about": AboutForm,
    "study": StudyForm,
    "readiness": ReadinessForm,
    "availability": AvailabilityForm,
    "declarations": DeclarationsForm,
}
WANTED = {"availability": ("available_days",), "declarations": ("is_adult",)}


def _sections() -> Iterator[Section]:
    for slug, (title, _fields) in ASKED.items():
        if slug == "declarations":
            yield Section(ACCESS, gettext_lazy("Access needs"), AccessForm)
        yield Section(slug, title, FORMS[slug], WANTED.get(slug, ()))


SECTIONS = {section.slug: section for section in _sections()}


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the task list."""

    title: str
    url: str
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The answers of a section."""

    title: str
    url: str
    answers: tuple[Answer, ...]


def tasks_of(
    application: Application, now: datetime, *, with_access: bool = True
) -> Iterator[Task]:
    """The task list: what is done, what is left, what is optional."""
    missing = set(missing_answers(application))
    for section in SECTIONS.values():
        kind, status = "done", _("done")
        if section.slug == ACCESS:
            if not (with_access and (asked_for(application) or may_ask(application, now))):
                continue
            kind, status = _said_of_access(asked_for(application))
        elif missing.intersection(section.fields):
            begun = any(getattr(application, name) for name in section.fields)
            kind, status = ("action", _("begun")) if begun else ("action", _("to do"))
        elif any(getattr(application, name) in (None, []) for name in section.wanted):
            kind, status = "action", _("to do")
        url = reverse("applications:edit", args=[application.reference, section.slug])
        yield Task(str(section.title), url, kind, status)


def asked_for(application: Application) -> AccessRequest | None:
    """What the person has asked to be arranged."""
    return getattr(application, "access_request", None)


def _said_of_access(asked: AccessRequest | None) -> tuple[str, str]:
    if asked is None:
        return "", _("only if you need it")
    if asked.state == AccessRequest.State.ASKED:
        return "now", _("asked for")
    return "done", _("answered")


def summaries_of(application: Application, *, with_access: bool = True) -> Iterator[Summary]:
    """Every answer as its person reads it; the access needs only if they may be shown here."""
    missing = set(missing_answers(application))
    for section in SECTIONS.values():
        url = reverse("applications:edit", args=[application.reference, section.slug])
        if section.slug != ACCESS:
            answers = answers_in(application, section.slug, missing=missing)
            yield Summary(str(section.title), url, answers)
        elif with_access:
            asked = asked_for(application)
            label = str(AccessForm.base_fields["needs"].label)
            text = asked.needs if asked else _("Nothing asked for")
            yield Summary(str(section.title), url, (Answer(label, text),))
