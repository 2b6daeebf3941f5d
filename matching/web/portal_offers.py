"""The pages of recruiters about the match and their offers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import Refused
from matching import queries
from matching.domain import offers as verbs
from matching.models import MatchPair, Offer
from matching.rules import company_offers_for
from matching.web.forms import OfferForm
from matching.web.portal import my_company, recruiter_page
from matching.web.views import SignedIn


@recruiter_page
@require_safe
def offers(request: SignedIn, company_slug: str) -> HttpResponse:
    """Whom the match brought to this company, and what became of the offers."""
    company = my_company(request, company_slug)
    rows = [_row(pair) for pair in queries.pairs_of(company.pk)]
    context = {"company": company, "rows": rows, "now": timezone.now()}
    return render(request, "portal/offers.html", context)


@recruiter_page
def send_offer(request: SignedIn, company_slug: str, reference: str) -> HttpResponse:
    """Write down the conditions and send the offer to a matched person."""
    company = my_company(request, company_slug)
    pair = get_object_or_404(queries.pairs_of(company.pk), application__reference=reference)
    form = OfferForm(request.POST or None, initial={"conditions": pair.opportunity.conditions})
    if request.method == "POST" and form.is_valid():
        try:
            offer = verbs.send_offer(
                pair_id=pair.pk,
                conditions=form.cleaned_data["conditions"],
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Your offer %(reference)s is sent.") % {"reference": offer.reference}
            )
            return redirect("portal:offers", company_slug)
    context = {
        "company": company,
        "pair": pair,
        "form": form,
        "days": verbs.OFFER_STANDS_DAYS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/send_offer.html", context, status=status)


@recruiter_page
def withdraw_offer(request: SignedIn, reference: str) -> HttpResponse:
    """Ask whether one is sure, then take the offer back."""
    offer = get_object_or_404(company_offers_for(request.user), reference=reference)
    company = offer.opportunity.company
    if request.method == "POST":
        try:
            verbs.withdraw_offer(offer_id=offer.pk, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The offer %(reference)s is withdrawn.") % {"reference": reference}
            )
        return redirect("portal:offers", company.slug)
    return render(request, "portal/withdraw_offer.html", {"offer": offer, "company": company})


def _row(pair: MatchPair) -> dict[str, object]:
    """A matched person with the newest offer, and what the company can do about it."""
    newest = next(iter(pair.offers.all()), None)
    state = newest.state if newest else ""
    return {
        "pair": pair,
        "offer": newest,
        "may_send": state in ("", Offer.State.WITHDRAWN),
        "may_withdraw": state == Offer.State.SENT,
        "email": pair.application.user.email if state == Offer.State.ACCEPTED else "",
    }
