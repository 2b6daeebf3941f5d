"""The author's room on the staff site: write, edit, look as an applicant does, withdraw."""

from itertools import pairwise
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refused
from accounts.languages import Language
from accounts.web.staff import allowed
from applications.web.staff.pages import UNPROCESSABLE
from quiz.authoring import clean_source
from quiz.domain.authoring import edit_item, restore_item, retire_item, write_item
from quiz.domain.bank import approve_items, content_digest, faults_of_version, is_complete
from quiz.domain.images import keep_images
from quiz.images import MAX_BYTES
from quiz.models import Item, ItemImage, ItemVersion, Kind, Response
from quiz.papers import Blueprint, Cell, draw
from quiz.pooling import pool_item
from quiz.rules import manages_quizzes, reads_items
from quiz.web.item_forms import Editor, ImageForm, PlaceForm
from quiz.web.previews import changes_between
from quiz.web.questions import questions_of

PAGE = "admin:quiz_item_change"
SHOWN_IMAGES = 60


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
