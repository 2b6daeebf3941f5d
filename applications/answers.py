"""What is asked, section by section, and what a person answered, in words.

For the pages, the receipt and staff alike; labels are those of the model, in the active language.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Cohort, Institution
from notifications.moments import say_day

RATINGS = (
    (0, gettext_lazy("0 – I have never used it")),
    (1, gettext_lazy("1 – I have seen some")),
    (2, gettext_lazy("2 – I can change small programs")),
    (3, gettext_lazy("3 – I write small programs")),
    (4, gettext_lazy("4 – I write programs of several modules")),
    (5, gettext_lazy("5 – I use it every day")),
)
MONTHS = (
    gettext_lazy("January"), gettext_lazy("February"), gettext_lazy("March"),
    gettext_lazy("April"), gettext_lazy("May"), gettext_lazy("June"), gettext_lazy("July"),
    gettext_lazy("August"), gettext_lazy("September"), gettext_lazy("October"),
    gettext_lazy("November"), gettext_lazy("December"),
)  # fmt: skip
ASKED: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "about": (
        gettext_lazy("About you"),
        ("surname_en", "given_en", "preferred_name", "name_zh", "mobile"),
    ),
    "study": (
        gettext_lazy("Study"),
        (
            "status",
            "institution",
            "institution_other",
            "study_programme",
            "discipline",
            "level",
            "completion_on",
        ),
    ),
    "readiness": (
        gettext_lazy("Readiness"),
        ("python_rating", "prior_learning", "evidence_url", "motivation", "track"),
    ),
    "availability": (gettext_lazy("Availability"), ("available_days", "conflicts")),
    "declarations": (gettext_lazy("Declarations"), ("is_adult", "source")),
}
FIELDS = {field.name: field for field in Application._meta.fields}
READ_BACK = frozenset({"completion_on", "available_days", "institution", "rules"})
CHOSEN = frozenset(name for name, field in FIELDS.items() if field.choices)


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the summary."""

    label: str
    text: str
    missing: bool = False


def answers_in(
    application: Application, section: str, *, missing: Collection[str] = ()
) -> tuple[Answer, ...]:
    """The answers of one section, in the active language; another institution is one line."""
    return tuple(
        Answer(str(FIELDS[name].verbose_name), say_answer(application, name), name in missing)
        for name in ASKED[section][1]
        if name != "institution_other"
    )


def say_answer(application: Application, name: str) -> str:
    """An answer in words; nothing for no answer."""
    value: Any = getattr(application, name)
    if name == "institution":
        return str(value or application.institution_other)
    if name == "available_days":
        return "\n".join(say_day(day) for day in value)
    if name == "completion_on":
        return say_month(value)
    if name == "python_rating":
        return str(dict(RATINGS).get(value, ""))
    if name == "is_adult":
        return {True: _("yes"), False: _("no"), None: ""}[value]
    if name in CHOSEN:
        return str(getattr(application, f"get_{name}_display")())
    return "" if value is None else str(value)


def say_month(day: date | None) -> str:
    """`June 2027` or `2027年6月`; nothing for no day."""
    if day is None:
        return ""
    return _("%(month)s %(year)d") % {"month": MONTHS[day.month - 1], "year": day.year}


def written_out(application: Application) -> str:
    """Every answer as plain text for a letter: a heading and its lines; unanswered is left out."""
    return "\n\n".join(_paragraphs(application))


def _paragraphs(application: Application) -> Iterator[str]:
    for section, (title, _fields) in ASKED.items():
        lines = [_line(answer) for answer in answers_in(application, section) if answer.text]
        if lines:
            yield "\n".join([str(title), *lines])


def _line(answer: Answer) -> str:
    # A letter is read in a proportional font and quoted by others: no columns, no doubled spaces.
    text = "\n".join(" ".join(line.split()) for line in answer.text.splitlines())
    return f"- {answer.label}\n{text}" if "\n" in text else f"- {answer.label}: {text}"


def machine_values(application: Application) -> dict[str, Any]:
    """Every answer as a machine reads it, for the record of what was submitted."""
    return {name: _plain(application, name) for _title, fields in ASKED.values() for name in fields}


def from_record(said: Mapping[str, Any], *, cohort: Cohort) -> Application:
    """An application, to look at alone, with the answers that `machine_values` put on record."""
    known = {name: said[name] for name in FIELDS if name in said and name not in READ_BACK}
    day, code = said.get("completion_on"), said.get("institution")
    return Application(
        **known,
        cohort=cohort,
        completion_on=date.fromisoformat(day) if day else None,
        available_days=[date.fromisoformat(on) for on in said.get("available_days", ())],
        institution=Institution.objects.filter(code=code).first() if code else None,
    )


def _plain(application: Application, name: str) -> Any:
    if name == "institution":
        return application.institution.code if application.institution else None
    value = getattr(application, name)
    if isinstance(value, list):
        return [day.isoformat() for day in value]
    return value.isoformat() if isinstance(value, date) else value
