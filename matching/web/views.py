"""A finalist's pages: who offers what, who may see me, my order, the result, my offers."""

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refused
from accounts.models import User
from accounts.web.viewing import closed_to_viewers
from applications.models import Application
from matching import queries
from matching.domain.consents import give_consent, withdraw_consent
from matching.domain.offers import answer_offer
from matching.domain.rankings import rank_opportunities
from matching.models import Opportunity, UnmatchedPerson
from matching.profiles import profile_of
from matching.rules import finals_for, offers_for
from matching.web.forms import read_order

ANSWERS = {"accept": True, "decline": False}


class SignedIn(HttpRequest):
    """A request behind `login_required`."""

    user: User


def _mine(request: SignedIn, reference: str) -> Application:
    return get_object_or_404(finals_for(request.user), reference=reference)


@never_cache
@login_required
@require_safe
def opportunities(request: SignedIn, reference: str) -> HttpResponse:
    """Everything that companies offer to this cohort, with the switch of each company."""
    application = _mine(request, reference)
    trusted = queries.consented_company_ids(application.pk)
    offered = queries.opportunities_open_in(application.cohort_id)
    companies = [
        {"company": company, "consented": company.pk in trusted, "opportunities": list(some)}
        for company, some in groupby(offered, key=lambda one: one.company)
    ]
    context = _calendar(application) | {"application": application, "companies": companies}
    return render(request, "matching/opportunities.html", context)


@never_cache
@login_required
@require_safe
def preview(request: SignedIn, reference: str) -> HttpResponse:
    """Exactly what a company sees."""
    application = _mine(request, reference)
    context = {"application": application, "profile": profile_of(application)}
    return render(request, "matching/preview.html", context)


@never_cache
@login_required
@require_POST
def consent(request: SignedIn, reference: str, company_slug: str) -> HttpResponse:
    """Let a company see the profile, or no longer."""
    application = _mine(request, reference)
    company = get_object_or_404(queries.companies_in(application.cohort_id), slug=company_slug)
    by, now = request.user, timezone.now()
    if "give" in request.POST:
        try:
            give_consent(application_id=application.pk, company_id=company.pk, by=by, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(company)s can see your profile.") % {"company": company})
    else:
        withdraw_consent(application_id=application.pk, company_id=company.pk, by=by, now=now)
        messages.success(
            request, _("%(company)s can no longer see your profile.") % {"company": company}
        )
    return redirect("matching:opportunities", reference)


@never_cache
@login_required
@closed_to_viewers
def rank(request: SignedIn, reference: str) -> HttpResponse:
    """The person's own order. Every press saves, so the page works without scripts."""
    application = _mine(request, reference)
    offered = list(queries.opportunities_open_in(application.cohort_id))
    sheet, listed = queries.ranked_by_person(application.pk)
    places = [str(place) for place, _one in enumerate(listed, start=1)]
    faults: list[str] = []
    version = sheet.version if sheet else 0
    if request.method == "POST":
        press = read_order(request.POST, {one.reference: one for one in offered})
        faults = press.faults
        if not faults:
            try:
                rank_opportunities(
                    application_id=application.pk,
                    opportunity_ids=[one.pk for one in press.opportunities],
                    certify=press.certify,
                    by=request.user,
                    now=timezone.now(),
                    version=press.version,
                )
            except Refused as refusal:
                faults = [str(refusal)]
            else:
                messages.success(request, _saved(certified=press.certify))
                return redirect("matching:rank", reference)
        listed, places, version = press.opportunities, press.places, press.version
    context = _calendar(application) | {
        "application": application,
        "sheet": sheet,
        "version": version,
        "lines": _lines(application, listed, places),
        "others": [one for one in offered if one not in listed],
        "faults": [{"text": text, "target": ""} for text in faults],
    }
    return render(request, "matching/rank.html", context, status=422 if faults else 200)


@never_cache
@login_required
@closed_to_viewers
@require_safe
def result(request: SignedIn, reference: str) -> HttpResponse:
    """The match and why, after it is published; before that, when it will be."""
    application = _mine(request, reference)
    published = queries.published_run(application.cohort_id)
    context = _calendar(application) | {"application": application, "published": published}
    if published:
        reason = queries.unmatched_reason(application.pk)
        context |= {
            "pair": queries.pair_of(application.pk),
            "nothing_listed": reason == UnmatchedPerson.Reason.NOTHING_LISTED,
            "considered": bool(reason),
            "offer": queries.latest_offer(application.pk),
        }
    return render(request, "matching/result.html", context)


@never_cache
@login_required
def offer(request: SignedIn, reference: str) -> HttpResponse:
    """Read an offer; answer it in two presses: the answer, then "yes, I am sure"."""
    found = get_object_or_404(offers_for(request.user), reference=reference)
    context = {"offer": found, "now": timezone.now()}
    if request.method != "POST":
        return render(request, "matching/offer.html", context)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        context["faults"] = [{"text": _("Choose “accept” or “decline”."), "target": "answer"}]
        return render(request, "matching/offer.html", context, status=422)
    if "sure" not in request.POST:
        return render(request, "matching/offer_sure.html", context | {"accept": answer})
    try:
        answer_offer(offer_id=found.pk, accept=answer, by=request.user, now=timezone.now())
    except Refused as refusal:
        found.refresh_from_db(fields=["state", "answered_at"])
        context["faults"] = [{"text": str(refusal), "target": ""}]
        return render(request, "matching/offer.html", context, status=422)
    return redirect("matching:offer", reference)


def _calendar(application: Application) -> dict[str, object]:
    now = timezone.now()
    return {
        "now": now,
        "closes_at": application.cohort.rankings_close_at,
        "match_at": application.cohort.match_at,
        "is_open": now < application.cohort.rankings_close_at,
    }


def _lines(
    application: Application, listed: list[Opportunity], places: list[str]
) -> list[dict[str, object]]:
    trusted = queries.consented_company_ids(application.pk)
    return [
        {"opportunity": one, "place": place, "consented": one.company_id in trusted}
        for one, place in zip(listed, places, strict=True)
    ]


def _saved(*, certified: bool) -> str:
    if certified:
        return _("Your list is saved and certified.")
    return _("Your list is saved. It counts only when you certify it.")
