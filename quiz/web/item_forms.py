"""The forms of the author's room: where an item belongs, what it says, its rows, an image."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from applications.web.staff.pages import UNPROCESSABLE
from quiz.answers import MAX_CHOICES
from quiz.authoring import NotWritten, Row, body_of, clean_source, rows_of
from quiz.domain.authoring import Content
from quiz.markup import MAX_SOURCE
from quiz.models import Difficulty, ItemVersion, Kind, TextFormat
from quiz.scoring import NumericalKey, ShortAnswerKey, TrueFalseKey, key_from_dict

SPARE_ROWS, FEWEST_ROWS = 2, 4
MAX_CHOICE = 2000
BY_MARKS = (Kind.SINGLE, Kind.MULTIPLE, Kind.NUMERICAL, Kind.SHORT)


class SourceField(forms.CharField):
    """A text of an author: spaces stay, characters that nobody sees do not."""

    def __init__(self, *, rows: int = 6, max_length: int = MAX_SOURCE, **options: Any) -> None:
        options.setdefault("required", False)
        widget = UnfoldAdminTextareaWidget({"rows": rows})
        super().__init__(strip=False, max_length=max_length, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text if "\0" in text else clean_source(text)


class LineSource(SourceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_CHOICE, **options)
        self.widget = UnfoldAdminTextareaWidget({"rows": 2})


class PlaceForm(forms.Form):
    """Where a new item belongs; it keeps that."""

    code = forms.RegexField(
        r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        max_length=60,
        label=pgettext_lazy("identifier", "Code"),
        help_text=gettext_lazy("Letters, digits, dots and hyphens. It never changes."),
        widget=UnfoldAdminTextInputWidget,
    )
    topic = forms.SlugField(
        max_length=60,
        label=gettext_lazy("Topic"),
        help_text=gettext_lazy("As blueprints name it, for example python."),
        widget=UnfoldAdminTextInputWidget,
    )
    difficulty = forms.ChoiceField(
        choices=Difficulty, label=gettext_lazy("Difficulty"), widget=UnfoldAdminSelectWidget
    )


class ContentForm(forms.Form):
    """What a version says, both languages side by side."""

    text_format = forms.ChoiceField(
        choices=TextFormat, label=gettext_lazy("Format"), widget=UnfoldAdminSelectWidget
    )
    source_name = forms.CharField(
        max_length=200,
        required=False,
        label=pgettext_lazy("item", "Source"),
        widget=UnfoldAdminTextInputWidget,
    )
    stem_en = SourceField(rows=10, label=gettext_lazy("Question (English)"), required=True)
    stem_zh = SourceField(rows=10, label=gettext_lazy("Question (Chinese)"))
    truth = forms.ChoiceField(
        choices=[("true", gettext_lazy("true")), ("false", gettext_lazy("false"))],
        label=gettext_lazy("The statement is"),
        widget=UnfoldAdminSelectWidget,
    )
    case_sensitive = forms.BooleanField(
        required=False, label=gettext_lazy("Capitals matter"), widget=UnfoldBooleanWidget
    )
    feedback_en = SourceField(rows=4, label=gettext_lazy("Explanation (English)"))
    feedback_zh = SourceField(rows=4, label=gettext_lazy("Explanation (Chinese)"))

    def __init__(self, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind != Kind.TRUE_FALSE:
            del self.fields["truth"]
        if kind != Kind.SHORT:
            del self.fields["case_sensitive"]


class RowForm(forms.Form):
    """One choice, pair, step or accepted answer."""

    text_en = LineSource(label=gettext_lazy("English"))
    text_zh = LineSource(label=gettext_lazy("Chinese"))
    answer_en = LineSource(label=gettext_lazy("belongs to (English)"))
    answer_zh = LineSource(label=gettext_lazy("belongs to (Chinese)"))
    tolerance = forms.CharField(
        max_length=40,
        required=False,
        label=gettext_lazy("± tolerance"),
        widget=UnfoldAdminTextInputWidget,
    )
    percent = forms.CharField(
        max_length=20,
        required=False,
        label=gettext_lazy("marks in %"),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        wanted = {"text_en"}
        if kind in BY_MARKS:
            wanted.add("percent")
        if kind == Kind.NUMERICAL:
            wanted.add("tolerance")
        if kind == Kind.MATCHING:
            wanted |= {"answer_en", "answer_zh"}
        if kind not in (Kind.NUMERICAL, Kind.SHORT):
            wanted.add("text_zh")
        for name in set(self.fields) - wanted:
            del self.fields[name]


class ImageForm(forms.Form):
    image = forms.FileField(
        label=gettext_lazy("Image"),
        help_text=gettext_lazy("PNG, JPEG, WebP or GIF, still, at most 1 MB."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


class Editor:
    """The forms of one item's content, of the kind it has."""

    def __init__(self, kind: str, data: Any, version: ItemVersion | None = None) -> None:
        self.kind = kind
        self.version = version
        written = rows_of(version.choices, version.key) if version else []
        rows = [{name: getattr(row, name) for name in Row.__dataclass_fields__} for row in written]
        form_set = forms.formset_factory(
            RowForm,
            extra=max(SPARE_ROWS, FEWEST_ROWS - len(rows)),
            max_num=MAX_CHOICES,
            absolute_max=MAX_CHOICES + SPARE_ROWS,
        )
        self.form = ContentForm(kind, data, initial=self._initial())
        # A row counts as it is sent: whether it differs from what the page was made with is
        # nothing to go by when somebody else has edited the item meanwhile.
        options = {"kind": kind, "empty_permitted": False}
        self.rows = form_set(data, initial=rows, prefix="rows", form_kwargs=options)

    def _initial(self) -> dict[str, Any]:
        version = self.version
        if version is None:
            return {"text_format": TextFormat.MARKDOWN.value}
        names = ("text_format", "source_name", "stem_en", "stem_zh", "feedback_en", "feedback_zh")
        initial = {name: getattr(version, name) for name in names}
        key = key_from_dict(version.key)
        if isinstance(key, TrueFalseKey):
            initial["truth"] = "true" if key.answer else "false"
        if isinstance(key, ShortAnswerKey):
            initial["case_sensitive"] = key.case_sensitive
        return initial

    def content(self) -> Content | None:
        """What is written, or nothing if it makes no item: the forms then say why."""
        forms_valid = self.form.is_valid()
        if not (self.rows.is_valid() and forms_valid):
            return None
        said = dict(self.form.cleaned_data)
        truth = said.pop("truth", "true") == "true"
        case_sensitive = said.pop("case_sensitive", False)
        try:
            body = body_of(
                self.kind,
                [Row(**form.cleaned_data) for form in self.rows],
                text_format=said["text_format"],
                truth=truth,
                case_sensitive=case_sensitive,
                before=self.version.choices if self.version else (),
                units=self._units(),
            )
        except NotWritten as fault:
            reason = _(fault.reason)
            self.form.add_error(None, reason % fault.params if fault.params else reason)
            return None
        return Content(kind=self.kind, key=body.key, choices=body.choices, **said)

    def _units(self) -> dict[str, Decimal] | None:
        key = key_from_dict(self.version.key) if self.version else None
        return dict(key.units) if isinstance(key, NumericalKey) else None

    def status(self, data: Any) -> int:
        return UNPROCESSABLE if data is not None else 200

    def context(self) -> dict[str, Any]:
        form = self.form
        return {
            "form": form,
            "rows": self.rows,
            "kind": self.kind,
            "kind_name": Kind(self.kind).label,
            "single": [form[n] for n in ("text_format", "source_name")],
            "stems": [form["stem_en"], form["stem_zh"]],
            "answers": [form[n] for n in ("truth", "case_sensitive") if n in form.fields],
            "explanations": [form["feedback_en"], form["feedback_zh"]],
        }
