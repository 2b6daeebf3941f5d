"""The author's room on the staff site: write, edit, look as an applicant does, withdraw."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.errors import Refused
from accounts.languages import Language
from applications.web.staff.pages import UNPROCESSABLE, allowed
from quiz.answers import MAX_CHOICES
from quiz.authoring import NotWritten, Row, body_of, clean_source, rows_of
from quiz.domain.authoring import Content, edit_item, restore_item, retire_item, write_item
from quiz.domain.bank import approve_items, content_digest, faults_of_version, is_complete
from quiz.domain.images import keep_images
from quiz.images import MAX_BYTES
from quiz.markup import MAX_SOURCE
from quiz.models import (
    Difficulty,
    Item,
    ItemImage,
    ItemVersion,
    Kind,
    Response,
    TextFormat,
)
from quiz.papers import Blueprint, Cell, draw
from quiz.pooling import pool_item
from quiz.rules import manages_quizzes, reads_items
from quiz.scoring import NumericalKey, ShortAnswerKey, TrueFalseKey, key_from_dict
from quiz.web.previews import changes_between
from quiz.web.questions import questions_of

PAGE = "admin:quiz_item_change"
SPARE_ROWS, FEWEST_ROWS = 2, 4
SHOWN_IMAGES = 60
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
        label=gettext_lazy("Code"),
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
        label=gettext_lazy("Source"),
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


def shown(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"quiz/staff/{name}.html", whole, status=status)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """What kind of question it shall be."""
    allowed(request, reads_items)
    return shown(request, "item_new", _("Write an item"), {"kinds": Kind.choices})


def write(request: HttpRequest, kind: str) -> HttpResponse:
    """A new item of one kind."""
    by = allowed(request, reads_items)
    if kind not in Kind.values:
        raise Http404
    data = request.POST if request.method == "POST" else None
    editor = Editor(kind, data)
    place = PlaceForm(data)
    if data is not None and place.is_valid() and (content := editor.content()):
        try:
            version = write_item(**place.cleaned_data, content=content, by=by, now=timezone.now())
        except Refused as refusal:
            place.add_error("code", str(refusal))
        else:
            messages.success(request, _("Saved as a draft. A second person approves it."))
            return redirect("admin:quiz_item_preview", version.item_id)
    context = editor.context() | {"place": place, "back": None}
    return shown(request, "item_form", _("Write an item"), context, status=editor.status(data))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest version of an item; what is approved is never changed, its edit is the next."""
    by = allowed(request, reads_items)
    item = get_object_or_404(Item, pk=pk)
    version = item.versions.order_by("-number").first()
    if version is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    editor = Editor(version.kind, data, version)
    if data is not None and (content := editor.content()):
        number = str(data.get("edited", ""))
        try:
            edit_item(
                item_id=pk,
                edited=int(number) if number.isascii() and number.isdecimal() else 0,
                content=content,
                by=by,
                now=timezone.now(),
            )
        except Refused as refusal:
            editor.form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved as a draft. A second person approves it."))
            return redirect("admin:quiz_item_preview", pk)
    context = editor.context() | {"item": item, "version": version, "back": pk}
    return shown(request, "item_form", str(item), context, status=editor.status(data))


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


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest version as applicants see it, on a phone, in both languages."""
    allowed(request, reads_items)
    item = get_object_or_404(Item, pk=pk)
    version = item.versions.order_by("-number").first()
    if version is None:
        raise Http404
    version.item = item
    one = Blueprint((Cell(item.topic, item.difficulty, 1),))
    [drawn] = draw(one, [pool_item(version)], seed=f"preview {version.pk}").items
    views = []
    for position, language in enumerate(Language.values, start=1):
        response = Response(
            position=position, item_version=version, choice_order=list(drawn.choices)
        )
        with translation.override(language):
            [question] = questions_of([response])
            context = {"question": question, "questions": Language.values}
            views.append(
                (Language(language).label, render_to_string("quiz/_question.html", context))
            )
    context = {
        "item": item,
        "version": version,
        "views": views,
        "faults": faults_of_version(version),
        "complete": is_complete(version),
        "seen": content_digest(version),
        "may_approve": manages_quizzes(request.user)
        and version.approved_at is None
        and version.created_by_id != request.user.pk
        and item.retired_at is None,
    }
    return render(request, "quiz/staff/item_preview.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the version that the second person has looked at, and no newer one."""
    by = allowed(request, manages_quizzes)
    version = get_object_or_404(ItemVersion, pk=pk)
    try:
        seen = request.POST.get("seen", "")
        approve_items(version_ids=[version.pk], by=by, now=timezone.now(), seen=seen)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Approved. Quizzes that are set up from now on may draw it."))
    return redirect(PAGE, version.item_id)


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an item with a reason, or take it up again."""
    by = allowed(request, reads_items)
    get_object_or_404(Item, pk=pk)
    try:
        if "restore" in request.POST:
            restore_item(item_id=pk, by=by, now=timezone.now())
        else:
            reason = clean_source(request.POST.get("reason", ""))[:200]
            retire_item(item_id=pk, reason=reason, by=by, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(PAGE, pk)


def images(request: HttpRequest) -> HttpResponse:
    """The newest images with the words that put them into a text, and a way to add one."""
    by = allowed(request, reads_items)
    form = ImageForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        form = ImageForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["image"]
            # One byte more than is allowed is enough to be refused, however large the file is.
            content = file.read(MAX_BYTES + 1)
            try:
                [image] = keep_images(contents=[content], by=by, now=timezone.now())
            except Refused as refusal:
                form.add_error("image", str(refusal))
            else:
                messages.success(request, _("Kept as %(name)s.") % {"name": image})
                return redirect("admin:quiz_item_images")
    context = {"form": form, "images": ItemImage.objects.all()[:SHOWN_IMAGES]}
    return shown(request, "images", _("Images of items"), context, status=status)


def item_page(item: Item, request: HttpRequest) -> dict[str, Any]:
    """What an item's page shows besides the item: where it was used, what has changed."""
    versions = list(item.versions.select_related("created_by", "approved_by").order_by("-number"))
    used = Response.objects.filter(item_version__item=item).aggregate(
        papers=Count("pk"), last=Max("attempt__started_at")
    )
    last = (
        Response.objects.filter(item_version__item=item)
        .select_related("attempt__quiz__cohort")
        .order_by("-attempt__started_at", "-pk")
        .first()
    )
    newest = versions[0] if versions else None
    return {
        "item": item,
        "newest": newest,
        "papers": used["papers"],
        "last_cohort": last.attempt.quiz.cohort if last else None,
        "changes": [
            (after, changes_between(before, after)) for after, before in pairwise(versions)
        ],
        "usable": bool(
            item.retired_at is None and any(version.approved_at for version in versions)
        ),
        "faults": faults_of_version(newest) if newest else [],
        "complete": bool(newest and is_complete(newest)),
        "may_write": reads_items(request.user),
    }
