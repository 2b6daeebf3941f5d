"""To whom staff write by cohort: people in chosen stages, and those who want news.

Each person has one application in a cohort, and everything said to them here is of that one:
whoever is in two cohorts is in the audience of the one that was chosen, by what they did there.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.counts import NOT_STANDING
from applications.models import Application, Cohort, Consent, Stage
from applications.models.cohorts import INSTANTS_IN_ORDER
from applications.samples import awkward_among
from notifications.audiences import Parameters

NAMED = ("user", "reference", "preferred_name", "given_en", "surname_en", "user__email")
# What a text to a cohort may name of it: the days, and every instant of its calendar.
OF_A_COHORT = (*INSTANTS_IN_ORDER, "bootcamp_dates")
# One application taken into another is no second person.
STAGES = tuple(stage for stage in Stage if stage != Stage.MERGED)


def in_stages(parameters: Parameters) -> set[int]:
    """The people of one cohort whose application there stands in one of these stages."""
    return _people(_of_cohort(parameters).filter(stage__in=parameters["stages"]))


def say_stages(parameters: Parameters) -> str:
    """`Spring 2027: place confirmed, finalist`."""
    labels = dict(Stage.choices)
    stages = ", ".join(str(labels.get(stage, stage)) for stage in parameters["stages"])
    return _("%(cohort)s: %(stages)s") % {"cohort": _cohort_name(parameters), "stages": stages}


def facts_in_cohort(
    parameters: Parameters, people: Collection[int]
) -> Mapping[int, Mapping[str, Any]]:
    """What a text may say about each: their own application in this cohort, and its dates."""
    cohort = Cohort.objects.filter(slug=parameters["cohort"]).first()
    applications = _of_cohort(parameters).filter(user__in=people)
    return {
        one.user_id: {
            "name": one.called,
            "reference": one.reference,
            "cohort": cohort,
            "about": format_lazy(
                gettext_lazy("{cohort}, application {reference}"),
                cohort=cohort,
                reference=one.reference,
            ),
        }
        for one in applications.select_related("user").only(*NAMED)
    }


def wanting_news(parameters: Parameters) -> set[int]:
    """Whoever agreed to news, or whoever applied to one cohort.

    Who of these wants news is asked again by the room that writes to them, of every audience.
    """
    if parameters.get("cohort"):
        return _people(_of_cohort(parameters).exclude(stage__in=NOT_STANDING))
    agreed = Consent.objects.filter(
        purpose=Consent.Purpose.MARKETING, withdrawn_at__isnull=True
    ).values_list("application", flat=True)
    return _people(Application.objects.filter(pk__in=list(agreed)))


def say_news(parameters: Parameters) -> str:
    """`Everybody who wants news`, or of which cohort."""
    if not parameters.get("cohort"):
        return _("Everybody who wants news")
    return _("Those who applied to %(cohort)s and want news") % {"cohort": _cohort_name(parameters)}


def facts_of_people(
    parameters: Parameters, people: Collection[int]
) -> Mapping[int, Mapping[str, Any]]:
    """How each is called in their newest application."""
    applications = Application.objects.filter(user__in=people).order_by("created_at", "pk")
    named = applications.select_related("user").only(*NAMED)
    return {one.user_id: {"name": one.called} for one in named}


def awkward_in_cohort(parameters: Parameters, people: Collection[int]) -> list[tuple[int, str]]:
    """Whose names a text should be tried with, by what they wrote in this cohort."""
    of_cohort, wanted = _of_cohort(parameters), set(people)
    applications = of_cohort.order_by().values_list("pk", "user")
    return _awkward(of_cohort, {pk for pk, person in applications if person in wanted})


def awkward_of_people(parameters: Parameters, people: Collection[int]) -> list[tuple[int, str]]:
    """The same, by their newest applications."""
    newest = Application.objects.filter(user__in=people).order_by("user_id", "-created_at", "-pk")
    ids = set(newest.distinct("user_id").values_list("pk", flat=True))
    return _awkward(Application.objects.all(), ids)


def _people(applications: QuerySet[Application]) -> set[int]:
    return set(applications.order_by().values_list("user", flat=True))


def _of_cohort(parameters: Parameters) -> QuerySet[Application]:
    return Application.objects.filter(cohort__slug=parameters["cohort"])


def _cohort_name(parameters: Parameters) -> str:
    cohort = Cohort.objects.filter(slug=parameters["cohort"]).first()
    return str(cohort or parameters["cohort"])


def _awkward(applications: QuerySet[Application], ids: set[int]) -> list[tuple[int, str]]:
    return [(one.user_id, why) for one, why, _bare in awkward_among(applications, ids)]
