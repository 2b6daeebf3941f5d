"""The staff's page of one list's rule: set it, see it in words, and what it was before."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.web.staff import allowed
from applications.lifecycle import STEPS
from applications.models import Application, Cohort
from selection import sources
from selection.domain.preparing import deciding, is_published, latest_rule, scores_known, set_rule
from selection.domain.usable import UnusableRule
from selection.models import Selection
from selection.plain_words import in_words
from selection.programme import LISTINGS
from selection.rulebook import changes_between, terms_of, versions_of
from selection.rules import manages_selections, reads_selections
from selection.web.rule_forms import RuleForm

UNPROCESSABLE = 422
IN_WORK = (Selection.State.RANKING, Selection.State.DRAWN)


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, cohort: str, step: str) -> HttpResponse:
    """Look at what was typed as sentences, then set it; without scripts."""
    person = allowed(request, reads_selections)
    if step not in STEPS:
        raise Http404
    of = get_object_or_404(Cohort.objects.select_related("programme"), slug=cohort)
    found = latest_rule(of, step)
    current = terms_of(of, step, found)
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        current=current,
        version=found.version if found else 0,
    )
    context: dict[str, Any] = {}
    if request.method == "POST":
        allowed(request, manages_selections)
        if form.is_valid() and "keep" in request.POST:
            try:
                made = set_rule(
                    cohort_id=of.pk, step=step, by=person, now=timezone.now(), **form.verb()
                )
            except UnusableRule as fault:
                form.blame(fault)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                if found and made.pk == found.pk:
                    told = _("This is the rule in force. Nothing was changed.")
                else:
                    told = _("Version %(n)d is in force.") % {"n": made.version}
                messages.success(request, told)
                return redirect("admin:selection_selectionrule_of_list", of.slug, step)
        if form.is_valid():
            proposed = form.terms(current.places, current.cap)
            context = {
                "looked": True,
                "proposed": in_words(proposed),
                "differs": changes_between(current, proposed) or not found,
            }
    names = deciding(current.weights, current.tie_breakers)
    runs = Selection.objects.filter(cohort=of, step=step, state__in=IN_WORK).defer("inputs")
    context |= {
        "cohort": of,
        "listing": LISTINGS[step],
        "form": form,
        "found": found,
        "words": in_words(current),
        "places": current.places,
        "cap": current.cap,
        "waiting": Application.objects.filter(cohort=of, stage=STEPS[step].pool).count(),
        "known": [sources.title_of(name) for name in scores_known(of.pk, names)],
        "published": is_published(of, step),
        "run": runs.first(),
        "versions": versions_of(of, step),
        "may_manage": manages_selections(person),
        "title": _("The rule: %(list)s") % {"list": LISTINGS[step].title},
    }
    return TemplateResponse(
        request,
        "admin/selection/rule.html",
        admin.site.each_context(request) | context,
        status=UNPROCESSABLE if form.errors else 200,
    )
