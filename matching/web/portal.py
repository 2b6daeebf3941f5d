"""The pages of recruiters: their companies, who lets them look, and their order of people.

Nothing is shown before the undertaking on the use of data is accepted. What belongs to another
company, and whoever has not consented or no longer does, does not exist here: 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import Refused
from applications.models import Application, Cohort
from applications.web.documents import serve
from matching import queries
from matching.domain.companies import accept_undertaking, record_view
from matching.domain.rankings import rank_candidates
from matching.models import Company, Opportunity
from matching.profiles import Profile, profile_of, profiles_of
from matching.rules import (
    UNDERTAKING_VERSION,
    companies_for,
    opportunities_for,
    seats_for,
)
from matching.web.forms import CandidateFilter, read_tiers
from matching.web.views import SignedIn

View = Callable[..., HttpResponseBase]


def recruiter_page(view: View) -> View:
    """A page for people who recruit for a company and have accepted the undertaking."""

    @wraps(view)
    @never_cache
    @login_required
    def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        seats = list(seats_for(request.user))
        if not seats:
            raise Http404
        if any(seat.undertaking_version != UNDERTAKING_VERSION for seat in seats):
            return redirect("portal:undertaking")
        return view(request, *args, **kwargs)

    return guarded


def my_company(request: SignedIn, slug: str) -> Company:
    """The recruiter's company of this short name; another's does not exist."""
    return get_object_or_404(companies_for(request.user), slug=slug)


@never_cache
@login_required
def undertaking(request: SignedIn) -> HttpResponse:
    """What a recruiter promises about people's data, to be accepted before any is shown."""
    seats = list(seats_for(request.user))
    if not seats:
        raise Http404
    if request.method == "POST":
        if "accept" in request.POST:
            accept_undertaking(by=request.user, now=timezone.now())
            return redirect("portal:home")
        messages.error(request, _("Tick the box to accept, or close this page."))
    accepted = all(seat.undertaking_version == UNDERTAKING_VERSION for seat in seats)
    context = {"seats": seats, "accepted": accepted, "version": UNDERTAKING_VERSION}
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/undertaking.html", context, status=status)


@recruiter_page
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """My companies: four numbers and the opportunities of each."""
    shown = (
        Opportunity.objects.exclude(state=Opportunity.State.DRAFT)
        .select_related("cohort", "ranking_sheet")
        .order_by("-cohort__rankings_close_at", "title_en")
    )
    companies = list(
        companies_for(request.user).prefetch_related(
            Prefetch("opportunities", queryset=shown, to_attr="shown")
        )
    )
    numbers = queries.numbers_of(companies)
    context = {
        "companies": [{"company": one, "numbers": numbers[one.pk]} for one in companies],
        "now": timezone.now(),
    }
    return render(request, "portal/home.html", context)


@recruiter_page
@require_safe
def candidates(request: SignedIn, company_slug: str) -> HttpResponse:
    """The finalists of one cohort who let this company see them."""
    company = my_company(request, company_slug)
    offering = Opportunity.objects.filter(company=company).exclude(state=Opportunity.State.DRAFT)
    cohorts = Cohort.objects.filter(pk__in=offering.values("cohort_id")).order_by("-match_at")
    form = CandidateFilter(request.GET, cohorts=cohorts)
    valid = form.is_valid()
    cohort = form.cleaned_data.get("cohort") or cohorts.first()
    found: list[Application] = []
    if cohort:
        people = queries.candidates_of(company.pk, cohort.pk).filter(**form.conditions())
        found = list(people.order_by("surname_en", "given_en", "pk"))
    context = {
        "company": company,
        "cohort": cohort,
        "several_cohorts": len(cohorts) > 1,
        "form": form,
        "profiles": profiles_of(found),
        "filtered": bool(form.conditions()),
    }
    return render(request, "portal/candidates.html", context, status=200 if valid else 422)


@recruiter_page
@require_safe
def candidate(request: SignedIn, company_slug: str, reference: str) -> HttpResponse:
    """One finalist on one page. The view is written down."""
    company = my_company(request, company_slug)
    application = get_object_or_404(queries.candidates_of(company.pk), reference=reference)
    record_view(application=application, company=company, by=request.user, now=timezone.now())
    context = {"company": company, "profile": profile_of(application)}
    return render(request, "portal/candidate.html", context)


@recruiter_page
@require_safe
def cv(request: SignedIn, company_slug: str, reference: str) -> HttpResponseBase:
    """The CV of a finalist who lets this company see them. The reading is written down."""
    company = my_company(request, company_slug)
    application = get_object_or_404(queries.candidates_of(company.pk), reference=reference)
    found = profile_of(application).cv
    if found is None:
        raise Http404
    return serve(request, found, company=company.slug)


@recruiter_page
def rank(request: SignedIn, reference: str) -> HttpResponse:
    """The company's order of people for one opportunity: numbers, equal ones are equals."""
    opportunity = get_object_or_404(opportunities_for(request.user), reference=reference)
    people = list(
        queries.candidates_of(opportunity.company_id, opportunity.cohort_id).order_by(
            "surname_en", "given_en", "pk"
        )
    )
    sheet, tiers = queries.ranked_by_opportunity(opportunity.pk)
    typed = {one.reference: str(tiers[one.pk]) for one in people if one.pk in tiers}
    version = sheet.version if sheet else 0
    faults: list[str] = []
    if request.method == "POST":
        press = read_tiers(request.POST, people)
        faults = press.faults
        if not faults:
            try:
                rank_candidates(
                    opportunity_id=opportunity.pk,
                    tiers=press.tiers,
                    certify=press.certify,
                    by=request.user,
                    now=timezone.now(),
                    version=press.version,
                )
            except Refused as refusal:
                faults = [str(refusal)]
            else:
                messages.success(request, _saved(certified=press.certify))
                return redirect("portal:rank", reference)
        typed, version = press.typed, press.version
    now = timezone.now()
    context = {
        "opportunity": opportunity,
        "sheet": sheet,
        "version": version,
        "rows": _rows(people, typed),
        "faults": [{"text": text, "target": ""} for text in faults],
        "now": now,
        "closes_at": opportunity.cohort.rankings_close_at,
        "is_open": now < opportunity.cohort.rankings_close_at
        and opportunity.state == Opportunity.State.APPROVED,
    }
    return render(request, "portal/rank.html", context, status=422 if faults else 200)


def _rows(people: list[Application], typed: dict[str, str]) -> list[dict[str, Any]]:
    """Profiles with their number, ranked ones first."""
    profiles: list[Profile] = profiles_of(people)
    rows = [{"profile": one, "tier": typed.get(one.reference, "")} for one in profiles]

    def place(row: dict[str, Any]) -> int:
        text = row["tier"]
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 1000

    return sorted(rows, key=place)


def _saved(*, certified: bool) -> str:
    if certified:
        return _("The ranking is saved and certified.")
    return _("The ranking is saved. It counts only when it is certified.")
