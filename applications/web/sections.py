"""The sections of the application form, and how far a person has come with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.domain.applying import missing_answers
from applications.models import Application
from applications.web.fields import say_month
from applications.web.forms import (
    AboutForm,
    AccessForm,
    AvailabilityForm,
    DeclarationsForm,
    ReadinessForm,
    SectionForm,
    StudyForm,
)
from notifications.moments import say_day

ACCESS = "access"
CHOSEN = frozenset(field.name for field in Application._meta.fields if field.choices)


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form. Whoever leaves a `wanted` field empty can submit, and staff will look."""

    slug: str
    title: Promise
    form: type[SectionForm] | type[AccessForm]
    wanted: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        """The application's fields on this page; none for the access needs, kept apart."""
        return list(self.form.base_fields) if issubclass(self.form, SectionForm) else []


SECTIONS = {
    section.slug: section
    for section in (
        Section("about", gettext_lazy("About you"), AboutForm),
        Section("study", gettext_lazy("Study"), StudyForm),
        Section("readiness", gettext_lazy("Readiness"), ReadinessForm),
        Section(
            "availability", gettext_lazy("Availability"), AvailabilityForm, ("available_days",)
        ),
        Section(ACCESS, gettext_lazy("Access needs"), AccessForm),
        Section("declarations", gettext_lazy("Declarations"), DeclarationsForm, ("is_adult",)),
    )
}


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the task list."""

    title: str
    url: str
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the summary."""

    label: str
    text: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The answers of a section."""

    title: str
    url: str
    answers: tuple[Answer, ...]


def tasks_of(application: Application) -> Iterator[Task]:
    """The task list: what is done, what is left, what is optional."""
    missing = set(missing_answers(application))
    for section in SECTIONS.values():
        kind, status = "done", _("done")
        if section.slug == ACCESS:
            asked = hasattr(application, "access_request")
            kind, status = ("done", _("asked for")) if asked else ("", _("only if you need it"))
        elif missing.intersection(section.fields):
            begun = any(getattr(application, name) for name in section.fields)
            kind, status = ("action", _("begun")) if begun else ("action", _("to do"))
        elif any(getattr(application, name) in (None, []) for name in section.wanted):
            kind, status = "action", _("to do")
        url = reverse("applications:edit", args=[application.reference, section.slug])
        yield Task(str(section.title), url, kind, status)


def summaries_of(application: Application, *, with_access: bool = True) -> Iterator[Summary]:
    """Every answer as its person reads it; the access needs only if they may be shown here."""
    missing = set(missing_answers(application))
    for section in SECTIONS.values():
        url = reverse("applications:edit", args=[application.reference, section.slug])
        if section.slug != ACCESS:
            answers = tuple(
                Answer(
                    label=str(section.form.base_fields[name].label),
                    text=say_answer(application, name),
                    missing=name in missing,
                )
                for name in section.fields
                if name != "institution_other"
            )
            yield Summary(str(section.title), url, answers)
        elif with_access:
            asked = getattr(application, "access_request", None)
            label = str(AccessForm.base_fields["needs"].label)
            text = asked.needs if asked else _("Nothing asked for")
            yield Summary(str(section.title), url, (Answer(label, text),))


def say_answer(application: Application, name: str) -> str:
    """An answer in words; nothing for no answer."""
    value: Any = getattr(application, name)
    if name == "institution":
        return str(value or application.institution_other)
    if name == "available_days":
        return "\n".join(say_day(day) for day in value)
    if name == "completion_on":
        return say_month(value)
    if name == "is_adult":
        return {True: _("yes"), False: _("no"), None: ""}[value]
    if name in CHOSEN:
        return str(getattr(application, f"get_{name}_display")())
    return "" if value is None else str(value)
