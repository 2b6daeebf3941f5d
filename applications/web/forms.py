"""The application form, one section a page.

A draft may have gaps: what is required is said, and asked for at the submission. Once submitted,
a required answer can be changed but not taken away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator, URLValidator
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from applications.answers import RATINGS
from applications.domain.applying import REQUIRED_TO_SUBMIT, fingerprint
from applications.domain.consents import live_consents
from applications.models import (
    AccessRequest,
    Application,
    Consent,
    Institution,
    LegalText,
    Level,
    PriorLearning,
    Stage,
    Status,
    Track,
)
from applications.web.fields import (
    DaysField,
    LineField,
    MonthField,
    PhoneField,
    TextField,
    WordLimit,
)
from applications.wording import MOTIVATION_WORDS

ASKED_OF_ALL = frozenset({*REQUIRED_TO_SUBMIT, "institution", "available_days", "is_adult"})
PURPOSES = {
    "surname_en": _("your name on letters and on the certificate"),
    "given_en": _("your name on letters and on the certificate"),
    "preferred_name": _("how we address you"),
    "name_zh": _("your name on letters in Chinese"),
    "mobile": _(
        "calling you when a bootcamp day changes at short notice, or when mail does not reach you"
    ),
    "status": _("deciding whether you are eligible"),
    "institution": _("deciding whether you are eligible, and reports in counts"),
    "study_programme": _("deciding whether you are eligible"),
    "discipline": _("reports in counts"),
    "level": _("deciding whether you are eligible, and reports in counts"),
    "completion_on": _("deciding whether you are eligible"),
    "python_rating": _("planning the groups; it does not count towards selection"),
    "prior_learning": _("planning the groups; it does not count towards selection"),
    "evidence_url": _("planning the groups; it does not count towards selection"),
    "motivation": _("understanding what you hope for"),
    "track": _("planning the mini-projects"),
    "available_days": _("deciding whether you are eligible, and planning the days"),
    "conflicts": _("planning the days"),
    "is_adult": _("deciding whether you are eligible"),
    "source": _("reports in counts"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A field as the page shows it."""

    bound: BoundField
    optional: bool
    purpose: str


class AsTyped(forms.BaseForm):
    """A form that can be shown back as it was typed, before it is checked: to change the language,
    say."""

    unchecked = False

    def full_clean(self) -> None:
        if not self.unchecked:
            super().full_clean()
            return
        self._errors: ErrorDict | None = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


class SectionForm(AsTyped, forms.ModelForm):
    """Some questions of the application. `cleaned_data` are the arguments of `save_draft`."""

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(
        self, data: QueryDict | None = None, *, instance: Application, **kwargs: Any
    ) -> None:
        super().__init__(data, instance=instance, **kwargs)
        submitted = instance.stage != Stage.DRAFT
        for name, field in self.fields.items():
            field.required = submitted and name in REQUIRED_TO_SUBMIT
        self.draft = not submitted
        self.unchanged = self._unchanged(data) if data is not None else frozenset[str]()
        for name in self.unchanged:
            self.fields[name].validators = []
        self.seen = fingerprint(instance, self.fields)

    def _unchanged(self, data: QueryDict) -> frozenset[str]:
        """The texts that are posted as they are stored.

        One that came from a file may be longer than the form takes. Whoever changes another answer
        of the section is not asked about it.
        """
        return frozenset(
            name
            for name, field in self.fields.items()
            if isinstance(field, TextField)
            and field.to_python(data.get(self.add_prefix(name))) == getattr(self.instance, name)
        )

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | self.unchanged

    @property
    def questions(self) -> Iterator[Question]:
        """The fields in their order. What a submission needs is not called optional in a draft."""
        for bound in self:
            purpose = str(PURPOSES.get(bound.name, ""))
            yield Question(bound, bound.name not in ASKED_OF_ALL, purpose)

    @property
    def answers(self) -> dict[str, Any]:
        """The answers that are valid."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}


class AboutForm(SectionForm):
    surname_en = LineField(
        label=_("Surname, as on your certificate"),
        max_length=100,
        help_text=_("If you have a single name, write it here."),
    )
    given_en = LineField(label=_("Given names, as on your certificate"), max_length=100)
    preferred_name = LineField(label=_("What should we call you?"), max_length=100)
    name_zh = LineField(label=_("Chinese name"), max_length=60)
    mobile = PhoneField(
        label=_("Mobile phone"),
        max_length=50,
        help_text=_("A Hong Kong number, or any other with its country code."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )

    class Meta(SectionForm.Meta):
        fields = ["surname_en", "given_en", "preferred_name", "name_zh", "mobile"]


class StudyForm(SectionForm):
    institution = forms.ModelChoiceField(
        Institution.objects.none(),
        label=_("Institution"),
        empty_label=_("Choose, or write it below"),
        help_text=_("Where you study, or studied last."),
    )
    institution_other = LineField(
        label=_("Another institution"),
        max_length=200,
        help_text=_("If yours is not on the list."),
    )
    study_programme = LineField(
        label=_("Programme of study"),
        max_length=200,
        help_text=_("For example: BEng Computer Science."),
    )
    completion_on = MonthField(
        label=_("Expected or actual completion"),
        help_text=_("For example: June 2027."),
    )

    class Meta(SectionForm.Meta):
        fields = [
            "status",
            "institution",
            "institution_other",
            "study_programme",
            "discipline",
            "level",
            "completion_on",
        ]
        widgets = {"status": forms.RadioSelect, "level": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, status=Status.choices, level=Level.choices)
        institution = cast(forms.ModelChoiceField, self.fields["institution"])
        institution.queryset = Institution.objects.listed()
        listed = sorted(institution.queryset, key=str)  # by the name in the reader's language
        institution.choices = [
            ("", institution.empty_label),
            *((row.pk, str(row)) for row in listed),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen, written = cleaned.get("institution"), cleaned.get("institution_other")
        if chosen and written:
            self.add_error(
                "institution_other",
                _("Choose from the list or write a name here, not both."),
            )
        elif not self.draft and not (chosen or written or self.errors):
            self.add_error("institution", _("Choose your institution, or write its name below."))
        return cleaned


class ReadinessForm(SectionForm):
    python_rating = forms.TypedChoiceField(
        label=_("How well do you know Python?"),
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    evidence_url = forms.URLField(
        label=_("A link to something you made"),
        help_text=_("Code, a report, a video: whatever shows it best."),
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    motivation = TextField(
        label=_("Why this programme?"),
        help_text=format_lazy(
            _("At most {words} words, or {characters} Chinese characters."),
            words=MOTIVATION_WORDS,
            characters=2 * MOTIVATION_WORDS,
        ),
        validators=[WordLimit(MOTIVATION_WORDS), MaxLengthValidator(2000)],
        widget=forms.Textarea({"rows": 6, "data-words": MOTIVATION_WORDS}),
    )

    class Meta(SectionForm.Meta):
        fields = ["python_rating", "prior_learning", "evidence_url", "motivation", "track"]
        widgets = {"prior_learning": forms.RadioSelect, "track": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, prior_learning=PriorLearning.choices, track=Track.choices)


class AvailabilityForm(SectionForm):
    available_days = DaysField(
        label=_("Which bootcamp days can you attend?"),
        help_text=_("Tick every day that you can keep free, from morning to evening."),
    )
    conflicts = TextField(
        label=_("Conflicts we should know about"),
        help_text=_("An examination, for example. At most 1,000 characters."),
        validators=[MaxLengthValidator(1000)],
        widget=forms.Textarea({"rows": 3}),
    )

    class Meta(SectionForm.Meta):
        fields = ["available_days", "conflicts"]

    def __init__(self, *args: Any, instance: Application, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        days = cast(DaysField, self.fields["available_days"])
        days.offer(instance.cohort.bootcamp_dates)


class DeclarationsForm(SectionForm):
    is_adult = forms.BooleanField(
        label=_("I am 18 or older"),
        help_text=_("If you are younger, leave it empty; we then write to you."),
    )

    class Meta(SectionForm.Meta):
        fields = ["is_adult", "source"]


class AccessForm(AsTyped, forms.Form):
    """A request that is kept apart from the application."""

    seen = ""
    needs = TextField(
        label=_("Do you need any arrangement to take the quiz or attend?"),
        help_text=_(
            "More time, a screen reader, a place near the door: say what helps, not why you need "
            "it. Only those who make the arrangements can read this."
        ),
        required=False,
        validators=[MaxLengthValidator(2000)],
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, data: QueryDict | None = None, *, instance: Application) -> None:
        asked = AccessRequest.objects.filter(application=instance).first()
        super().__init__(data, initial={"needs": asked.needs if asked else ""})

    @property
    def questions(self) -> Iterator[Question]:
        yield Question(self["needs"], True, str(_("making the arrangements for you")))


class ConsentsField(forms.MultipleChoiceField):
    """The optional purposes, each said in the words of the text in force. None is ticked."""

    widget = forms.CheckboxSelectMultiple

    def say(self, texts: Mapping[str, LegalText]) -> None:
        self.choices = [
            (purpose, texts[purpose].text if purpose in texts else label)
            for purpose, label in Consent.Purpose.choices
        ]


FREE_CHOICE = _(
    "Each is your free choice, and none has any influence on your application. "
    "You can take it back at any time."
)


class SubmitForm(AsTyped, forms.Form):
    """What one declares when submitting. No box is ticked beforehand."""

    honour_code = forms.BooleanField(
        label=_("My answers are true, and I will take the quiz alone and without help."),
        error_messages={"required": _("Accept the honour code to submit.")},
    )
    privacy_notice = forms.BooleanField(
        label=_("I have read the privacy notice."),
        error_messages={"required": _("Confirm that you have read the privacy notice.")},
    )
    consents = ConsentsField(
        label=_("You may also agree to these"),
        help_text=FREE_CHOICE,
        choices=Consent.Purpose.choices,
        required=False,
    )

    def __init__(
        self, data: QueryDict | None = None, *, texts: Mapping[str, LegalText], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        honour = texts.get(LegalText.Kind.HONOUR_CODE)
        if honour:
            self.fields["honour_code"].label = honour.text
        cast(ConsentsField, self.fields["consents"]).say(texts)


class ConsentsForm(AsTyped, forms.Form):
    """What a person agrees to now, to be changed at any time."""

    consents = ConsentsField(
        label=_("I agree to these"),
        help_text=FREE_CHOICE,
        choices=Consent.Purpose.choices,
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: Application,
        texts: Mapping[str, LegalText],
    ) -> None:
        super().__init__(data, initial={"consents": live_consents(application)})
        cast(ConsentsField, self.fields["consents"]).say(texts)


class WithdrawForm(AsTyped, forms.Form):
    reason = TextField(
        label=_("Would you like to tell us why?"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )


def _offer(form: forms.ModelForm, **choices: list[Any]) -> None:
    """Radio buttons without “---------”: not choosing is possible without it."""
    for name, offered in choices.items():
        cast(forms.ChoiceField, form.fields[name]).choices = offered
