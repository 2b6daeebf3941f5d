"""Rulings for staff: which item, what is to happen, whom it moves, and the second person."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import Approval, User
from accounts.staff import RoleAdmin
from applications.models import Application
from applications.rules import reads_everything
from quiz.domain.rulings import (
    ask_for_ruling,
    decide_on_ruling,
    drop_ruling,
    open_request,
    propose_ruling,
)
from quiz.foresight import foresee
from quiz.impact import Change
from quiz.models import ItemVersion, Quiz, Ruling
from quiz.models.rulings import APPROVAL_KIND
from quiz.rules import manages_quizzes
from quiz.web.previews import Row, preview_of
from quiz.web.ruling_forms import RulingForm
from quiz.wording import say_topic
from selection.models import Selection

UNPROCESSABLE = 422
MAX_REASON = 1000
MOST_SHOWN = 50  # changes of scores on the page; the numbers above them count everybody


class RulingAdmin(RoleAdmin):
    """What was proposed and decided about items after people had answered them."""

    list_display = ["quiz", "number", "item_version", "effect", "state", "proposed_by",
                    "proposed_at", "decided_by", "decided_at"]  # fmt: skip
    list_display_links = ["quiz", "number"]
    list_filter = ["state", "effect", "quiz__cohort"]
    list_select_related = ["quiz__cohort", "item_version__item", "proposed_by", "decided_by"]
    search_fields = ["item_version__item__code", "reason"]

    def get_urls(self) -> list[URLPattern]:
        def verb(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(require_POST(view))

        view = self.admin_site.admin_view
        return [
            path("items/<int:quiz>/", view(self.items_view), name="quiz_ruling_items"),
            path("new/<int:quiz>/<int:item>/", view(self.new_view), name="quiz_ruling_new"),
            path("<int:pk>/ask/", verb(self.ask_view), name="quiz_ruling_ask"),
            path("<int:pk>/decide/", verb(self.decide_view), name="quiz_ruling_decide"),
            path("<int:pk>/drop/", verb(self.drop_view), name="quiz_ruling_drop"),
            *super().get_urls(),
        ]

    def items_view(self, request: HttpRequest, quiz: int) -> HttpResponse:
        """Every item of the quiz, to choose the one that is to be ruled on."""
        _require_manager(request)
        found = _quiz(quiz)
        in_force = {
            ruling.item_version_id: ruling
            for ruling in Ruling.objects.filter(quiz=found).in_force()
        }
        items = found.pool.select_related("item").annotate(papers=Count("responses"))
        rows = [
            (item, say_topic(item.item.topic), in_force.get(item.pk))
            for item in items.order_by("item__code")
        ]
        return self._show(request, "items", _("Rule on an item"), quiz=found, rows=rows)

    def new_view(self, request: HttpRequest, quiz: int, item: int) -> HttpResponse:
        """What the item says, and the form that proposes what is to happen to it."""
        _require_manager(request)
        found = _quiz(quiz)
        version = get_object_or_404(found.pool.select_related("item"), pk=item)
        form = RulingForm(request.POST or None, version=version)
        if request.method == "POST" and form.is_valid():
            try:
                ruling = propose_ruling(
                    quiz_id=quiz,
                    item_version_id=item,
                    effect=form.cleaned_data["effect"],
                    keys=form.cleaned_data["keys"],
                    reason=form.cleaned_data["reason"],
                    by=cast(User, request.user),
                    now=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The ruling is proposed. Nothing has changed yet."))
                return redirect(ruling)
        return self._show(
            request,
            "new",
            _("Rule on %(item)s") % {"item": version},
            status=UNPROCESSABLE if form.errors else 200,
            quiz=found,
            form=form,
            previews=[preview_of(version)],
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one ruling: what it does to scores and lists, before anybody agrees."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        ruling = cast(Ruling | None, self.get_object(request, object_id))
        if ruling is None:
            raise Http404
        proposed = ruling.state == Ruling.State.PROPOSED
        foreseen, trouble = None, ""
        if proposed:
            try:
                foreseen = foresee(ruling)
            except Refused as refusal:
                trouble = str(refusal)
        now = timezone.now()
        requests = Approval.objects.filter(
            kind=APPROVAL_KIND, object_id=str(ruling.pk)
        ).select_related("requested_by", "decided_by", "ended_by")
        published = Selection.objects.filter(
            cohort_id=ruling.quiz.cohort_id, state=Selection.State.PUBLISHED
        )
        return self._show(
            request,
            "ruling",
            _("Ruling %(number)d on %(item)s")
            % {"number": ruling.number, "item": ruling.item_version},
            ruling=ruling,
            proposed=proposed,
            foreseen=foreseen,
            trouble=trouble,
            shown=_with_people(foreseen.changes.changes[:MOST_SHOWN]) if foreseen else [],
            published=published.order_by("published_at"),
            requests=[(one, one.state_at(now)) for one in requests.order_by("pk")],
            open_request=open_request(ruling, now) if proposed else None,
            previews=[preview_of(ruling.item_version)],
            instead=[_rows_under(ruling.item_version, key) for key in ruling.keys],
        )

    def ask_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("A second person can decide on this ruling now.")
        return self._act(request, pk, done, ask_for_ruling)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        approve = request.POST.get("decision") == "approve"
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:MAX_REASON]
        if not approve and not reason:
            _require_manager(request)
            messages.error(request, _("Say why you refuse."))
            return redirect("admin:quiz_ruling_change", pk)
        done = (
            _("The ruling is in force. If the quiz has been scored, it is being scored anew.")
            if approve
            else _("You refused this ruling. Nothing has changed.")
        )
        digest = request.POST.get("digest", "")
        return self._act(
            request, pk, done, decide_on_ruling, approve=approve, digest=digest, reason=reason
        )

    def drop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, _("The proposal is dropped."), drop_ruling)

    def _act(
        self, request: HttpRequest, pk: int, done: str, verb: Callable[..., Any], **arguments: Any
    ) -> HttpResponse:
        _require_manager(request)
        get_object_or_404(Ruling, pk=pk)
        try:
            verb(ruling_id=pk, **arguments, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect("admin:quiz_ruling_change", pk)

    def _show(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "may_manage": manages_quizzes(request.user),
            "may_see_names": reads_everything(request.user),
        }
        page = f"admin/quiz/rulings/{template}.html"
        return TemplateResponse(request, page, shared | context, status=status)


def _require_manager(request: HttpRequest) -> None:
    if not manages_quizzes(request.user):
        raise PermissionDenied


def _quiz(pk: int) -> Quiz:
    return get_object_or_404(Quiz.objects.select_related("cohort"), pk=pk)


def _with_people(changes: Sequence[Change]) -> list[tuple[Change, Application]]:
    people = Application.objects.in_bulk([change.key for change in changes])
    return [(change, people[change.key]) for change in changes]


def _rows_under(version: ItemVersion, key: dict[str, Any]) -> list[Row]:
    """The answers of an item and what they earn under another key."""
    ruled = copy(version)
    ruled.key = key
    return preview_of(ruled).rows
