"""The item analysis for those who write the questions: of a run, and of one item in it."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.domain.jobs import OPEN
from accounts.errors import Refused
from accounts.models import Job, User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from accounts.web.jobs import watched
from quiz import queries
from quiz.alarm_words import say_alarm, say_figure, say_kind
from quiz.charts import curve, expected, scatter
from quiz.domain.statistics import KIND, ask_statistics
from quiz.models import AttemptScore, ItemStatistics, ItemVersion, ScoringRun
from quiz.rules import manages_quizzes
from quiz.statistics.alarms import FEW, UNSURE, AlarmKind
from quiz.web.previews import preview_of
from selection.histogram import histogram
from selection.models import Selection

WRONG = frozenset({AlarmKind.OTHER_CHOICE, AlarmKind.NEGATIVE, AlarmKind.DRIFT})
ORDER = list(AlarmKind)
HIGHEST_ID = 2**63 - 1


@admin.register(ItemStatistics)
class ItemStatisticsAdmin(RoleAdmin):
    """Analyses, newest first. A page shows the keys, so only those who may read items see it."""

    readers = (Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
    list_display = ["quiz", "number", "people", "alarms", "computed_at"]
    list_filter = ["run__quiz__cohort"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItemStatistics]:
        found = super().get_queryset(request)
        return found.select_related("run__quiz__cohort").defer("result")

    @admin.display(description=gettext_lazy("quiz"))
    def quiz(self, found: ItemStatistics) -> str:
        return str(found.run.quiz)

    @admin.display(description=gettext_lazy("run"))
    def number(self, found: ItemStatistics) -> int:
        return found.run.number

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "quiz_itemstatistics"
        return [
            path("<int:run_id>/ask/", view(require_POST(self.ask_view)), name=f"{name}_ask"),
            path("<int:run_id>/item/<int:version_id>/", view(self.item_view), name=f"{name}_item"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The analysis of a run, or how far it is."""
        run = self._run(request, int(object_id) if object_id.isdecimal() else 0)
        found = ItemStatistics.objects.filter(run=run).first()
        context = {"run": run, "title": _("Item analysis"), "found": found}
        if found is None:
            context |= _waiting(run) | {"may_ask": manages_quizzes(request.user)}
        else:
            context |= _whole(run, found)
        return self._answer(request, "statistics", context)

    def item_view(self, request: HttpRequest, run_id: int, version_id: int) -> HttpResponse:
        """One item in one run: its curve, its choices, its days."""
        run = self._run(request, run_id)
        found = get_object_or_404(ItemStatistics, run=run)
        row = found.of_version(version_id)
        if row is None:
            raise Http404
        version = get_object_or_404(ItemVersion.objects.select_related("item"), pk=version_id)
        context = {"run": run, "title": str(version), "version": version, **_one(found, row)}
        return self._answer(
            request, "statistics_item", context | {"previews": [preview_of(version)]}
        )

    def ask_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Have a run analysed that has not been."""
        if not manages_quizzes(request.user):
            raise PermissionDenied
        run = self._run(request, run_id)
        try:
            ask_statistics(run_id=run.pk, by=cast(User, request.user), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:quiz_itemstatistics_change", run.pk)

    def _run(self, request: HttpRequest, run_id: int) -> ScoringRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if run_id > HIGHEST_ID:
            raise Http404
        return get_object_or_404(ScoringRun.objects.select_related("quiz__cohort"), pk=run_id)

    def _answer(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return TemplateResponse(request, f"admin/quiz/{name}.html", whole)


def history_of(item_id: int) -> list[dict[str, Any]]:
    """An item over the runs, for its page in the bank."""
    return [
        {
            "run_id": figure.statistics_id,
            "version_id": figure.item_version_id,
            "cohort": figure.statistics.run.quiz.cohort,
            "run": figure.statistics.run.number,
            "version": figure.item_version.number,
            "people": figure.people,
            "facility": say_figure(figure.facility),
            "discrimination": say_figure(figure.discrimination),
            "alarms": ", ".join(say_kind(AlarmKind(kind)) for kind in figure.alarms) or "–",
        }
        for figure in queries.figures_of(item_id)
    ]


def _waiting(run: ScoringRun) -> dict[str, Any]:
    """How far the analysis of a run is, if it was asked for."""
    job = Job.objects.filter(kind=KIND, payload={"run": run.pk}).order_by("-pk").first()
    if job is None:
        return {}
    return watched(job) if job.state in OPEN else {"error": job.error}


def _whole(run: ScoringRun, found: ItemStatistics) -> dict[str, Any]:
    result = found.result
    rows = sorted(result["items"], key=_worst_first)
    spots = [
        (row["item"], row["facility"], row["corrected_item_total"], _shape(row))
        for row in rows
        if row["facility"] is not None and row["corrected_item_total"] is not None
    ]
    return {
        "caution": _caution(result["people"]),
        "paper": [
            (_("People"), say_figure(result["people"], 0)),
            (_("Items on a paper"), say_figure(result["items_on_a_paper"], 1)),
            (_("Mean score"), say_figure(result["mean"])),
            (_("Standard deviation"), say_figure(result["sd"])),
            (_("Alpha (reliability)"), say_figure(result["alpha"])),
            (
                _("Standard error of a score"),
                say_figure(result["standard_error_of_measurement"]),
            ),
        ],
        "models": _models(result),
        "rows": [_shown(row) for row in rows],
        "scatter": scatter(spots) if spots else None,
        **_histogram(run),
    }


def _one(found: ItemStatistics, row: Mapping[str, Any]) -> dict[str, Any]:
    shape = _curve_of(found.result, row)
    groups = [tuple(group) for group in row["curve"]]
    drift = row["drift"] or {"days": []}
    return {
        "caution": _caution(row["people"]),
        "row": _shown(row),
        "chart": curve(*shape, groups) if shape else None,
        "groups": [
            (
                say_figure(ability),
                say_figure(people, 0),
                say_figure(share),
                say_figure(expected(*shape, ability)) if shape else "–",
            )
            for ability, people, share in groups
        ],
        "days": [
            (number, say_figure(people, 0), say_figure(share))
            for number, people, share in (
                (day - drift["days"][0][0] + 1, people, share)
                for day, people, share in drift["days"]
            )
        ],
        "easier": say_figure(drift.get("easier")),
        "z": say_figure(drift.get("z"), 1),
    }


def _curve_of(result: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Slope and intercept over abilities in standard deviations: of the freer model if it is."""
    if row["two_parameter"]:
        slope = row["two_parameter"]["discrimination"]
        return slope, -slope * row["two_parameter"]["difficulty"]
    if row["rasch"]:
        return result["rasch"]["ability_sd"], -row["rasch"]["difficulty"]
    return None


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table, its figures as people read them."""
    rasch, free = row["rasch"] or {}, row["two_parameter"] or {}
    return {
        "item": row["item"],
        "version_id": row["version_id"],
        "item_id": row["item_id"],
        "number": row["number"],
        "shape": _shape(row),
        "alarms": [
            {"shape": _shape_of({AlarmKind(alarm["kind"])}), "says": say_alarm(row, alarm)}
            for alarm in row["alarms"]
        ],
        "people": say_figure(row["people"], 0),
        "figures": [
            say_figure(value)
            for value in (
                row["facility"],
                row["discrimination"],
                row["corrected_item_total"],
                row["alpha_if_deleted"],
                rasch.get("difficulty"),
                free.get("discrimination"),
                free.get("difficulty"),
            )
        ],
        "choices": [
            {
                "name": choice["choice"] or _("none taken"),
                "key": choice["key"],
                "count": say_figure(choice["count"], 0),
                "percent": say_figure(100 * choice["share"], 0),
                "correlation": say_figure(choice["correlation"]),
            }
            for choice in row["choices"]
        ],
    }


def _models(result: Mapping[str, Any]) -> list[str]:
    """What a reader must know before trusting the estimates."""
    told = []
    for name, title in (("rasch", _("Rasch")), ("two_parameter", _("Two parameters"))):
        model = result[name]
        if model["note"]:
            told.append(_("%(model)s: not estimated, too little to go by.") % {"model": title})
        elif not model["converged"]:
            told.append(
                _("%(model)s: the estimates had not settled when the limit was reached.")
                % {"model": title}
            )
    return told


def _caution(people: float) -> str:
    if people < FEW:
        return _("Too few people: nothing can be said about the items yet.")
    if people < UNSURE:
        return _("Few people: the figures are rough, and an alarm may be chance.")
    return ""


def _histogram(run: ScoringRun) -> dict[str, Any]:
    """The scores of the run, with the line in them where a list was ranked by them alone."""
    scores = AttemptScore.objects.filter(run=run).values_list("score", flat=True)
    drawn = Selection.objects.filter(cohort=run.quiz.cohort_id, cut_score__isnull=False).exclude(
        state=Selection.State.DISCARDED
    )
    ranked = next(
        (one for one in drawn.select_related("rule").defer("inputs") if _by_score_alone(one)), None
    )
    cut = ranked.cut_score if ranked else None
    people = [(score, cut is not None and score >= cut) for score in scores]
    return {"histogram": histogram(people, cut), "selection": ranked}


def _by_score_alone(selection: Selection) -> bool:
    """Whether the line lies on the scale of the quiz's marks."""
    return [name for name, weight in selection.rule.weights if weight] == ["quiz.score"]


def _worst_first(row: Mapping[str, Any]) -> tuple[int, str]:
    first = ORDER.index(AlarmKind(row["alarms"][0]["kind"])) if row["alarms"] else len(ORDER)
    return first, row["item"]


def _shape(row: Mapping[str, Any]) -> str:
    return _shape_of({AlarmKind(alarm["kind"]) for alarm in row["alarms"]})


def _shape_of(kinds: set[AlarmKind]) -> str:
    if kinds & WRONG:
        return "wrong"
    return "look" if kinds else "plain"
