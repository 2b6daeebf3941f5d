"""What people type in the bootcamp: projects, registers, sheets of marks, conflicts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from bootcamp.domain.attendance import Mark
from bootcamp.domain.projects import CONTENT
from bootcamp.models import Attendance, Conflict, Project, ProjectTrack, Rubric, Sheet

LARGEST_VERSION = 2**31 - 1
NUMBERS = (1, 2, 3, 4, 5)


class WebAddressField(forms.URLField):
    """A link that a browser can open; https where the person left the scheme out."""

    default_validators = [URLValidator(schemes=["https", "http"])]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", max_length=300, **kwargs)


class ProjectForm(forms.ModelForm):
    """A mini-project."""

    track = forms.ChoiceField(
        label=_("Track"), choices=ProjectTrack.choices, widget=forms.RadioSelect
    )
    repository_url = WebAddressField(
        label=_("Link to the code"),
        help_text=_("A repository that the judges can open without an account."),
    )
    slides_url = WebAddressField(label=_("Link to the slides"))
    video_url = WebAddressField(
        label=_("Link to the video"), required=False, help_text=_("Three minutes at most.")
    )

    class Meta:
        model = Project
        fields = CONTENT
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 6, "maxlength": 2000}),
            "contribution": forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
            "ai_disclosure": forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        }
        help_texts = {
            "summary": _("The question, the data, what you built and what you found."),
            "contribution": _("If others helped, say who did what."),
            "ai_disclosure": _("AI tools and code of others, and for what. Write “none” if none."),
        }

    def content(self) -> dict[str, str]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] or "" for name in CONTENT}


class RegisterForm(forms.Form):
    """Who is there: one choice for each person on the roster."""

    def __init__(
        self,
        *args: Any,
        people: Iterable[Application],
        marked: dict[int, str],
        may_excuse: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        for person in self.people:
            now = marked.get(person.pk, "")
            choices = [
                (choice.value, choice.label)
                for choice in Attendance.Presence
                if choice != Attendance.Presence.EXCUSED or may_excuse or now == choice
            ]
            self.fields[_of(person)] = forms.ChoiceField(
                label=_who(person),
                choices=choices,
                widget=forms.RadioSelect,
                required=False,
                initial=now,
            )

    def lines(self) -> Iterable[forms.BoundField]:
        """The questions in the order of the roster."""
        return [self[_of(person)] for person in self.people]

    def marks(self, *, rest_present: bool) -> list[Mark]:
        """What was chosen; whoever was left out is present if `rest_present`, else not marked."""
        chosen = {person.pk: self.cleaned_data[_of(person)] for person in self.people}
        fallback = Attendance.Presence.PRESENT.value if rest_present else ""
        return [
            Mark(pk, Attendance.Presence(value or fallback))
            for pk, value in chosen.items()
            if value or fallback
        ]


class MarksForm(forms.Form):
    """A sheet: one number for each criterion, with what it means in words."""

    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)
    failed_gate = forms.BooleanField(
        label=_("This project fails the question of academic honesty."),
        help_text=_("One such answer keeps it out of the ranking. Say why in the comment."),
        required=False,
    )
    comment = forms.CharField(
        label=_("Comment"),
        help_text=_(
            "Needed when you give a 1 or a 5. The applicant may ask to read it, "
            "so write it for their eyes."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
    )

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rubric = rubric
        weights = {criterion["name"]: criterion["weight"] for criterion in rubric.criteria}
        for name, title in rubric.titles.items():
            anchors = rubric.anchors(name)
            self.fields[f"mark-{name}"] = forms.TypedChoiceField(
                label=f"{title} ({weights[name]}%)",
                choices=[(n, f"{n} – {anchors[n]}" if n in anchors else str(n)) for n in NUMBERS],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    @staticmethod
    def initial_of(sheet: Sheet | None) -> dict[str, Any]:
        """The form as the sheet stands."""
        if sheet is None:
            return {"version": 0}
        marks = {f"mark-{name}": number for name, number in sheet.marks.items()}
        return marks | {
            "version": sheet.version,
            "failed_gate": sheet.failed_gate,
            "comment": sheet.comment,
        }

    def criteria(self) -> Iterable[forms.BoundField]:
        """The questions in the order of the sheet."""
        return [self[f"mark-{name}"] for name in self.rubric.names]

    def marks(self) -> dict[str, int]:
        """The numbers that were given."""
        given = {name: self.cleaned_data[f"mark-{name}"] for name in self.rubric.names}
        return {name: number for name, number in given.items() if number is not None}


REASONS = [("", _("No conflict")), *Conflict.Reason.choices]


class ConflictsForm(forms.Form):
    """One choice for each person of the cohort whom the judge has not named yet."""

    def __init__(self, *args: Any, people: Iterable[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        for person in self.people:
            institution = person.institution or person.institution_other
            self.fields[_of(person)] = forms.ChoiceField(
                label=f"{person.full_name} {person.name_zh}".strip(),
                help_text=str(institution or ""),
                choices=REASONS,
                required=False,
            )

    def conflicts(self) -> dict[int, str]:
        """The reasons by application id."""
        chosen = {person.pk: self.cleaned_data[_of(person)] for person in self.people}
        return {pk: reason for pk, reason in chosen.items() if reason}


class LateConflictForm(forms.Form):
    """Why a judge cannot judge the project that is open before them."""

    reason = forms.ChoiceField(
        label=_("How do you know this person?"),
        choices=[("", _("Choose one")), *Conflict.Reason.choices],
    )


def _of(person: Application) -> str:
    return f"person-{person.reference}"


def _who(person: Application) -> str:
    return (
        person.called
        if person.called == person.full_name
        else (f"{person.called} ({person.full_name})")
    )
