"""The staff's page "Equal treatment": what was counted of each list of a cohort, to read."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.web.staff import allowed
from applications.models import Cohort
from applications.web.staff.institutions import CohortForm
from monitoring.disclosure import LEAST
from monitoring.queries import treatment_in
from monitoring.rules import reads_counts


@require_safe
def equal_treatment(request: HttpRequest) -> HttpResponse:
    """The newest cohort, or the one that is asked for."""
    allowed(request, reads_counts)
    chosen = CohortForm(request.GET if "cohort" in request.GET else None)
    cohort = Cohort.objects.first()
    if chosen.is_bound:
        cohort = chosen.cleaned_data["cohort"] if chosen.is_valid() else None
    context = {
        "title": _("Equal treatment"),
        "choose": chosen if chosen.is_bound else CohortForm(initial={"cohort": cohort}),
        "cohort": cohort,
        "lists": treatment_in(cohort) if cohort else [],
        "least": LEAST,
    }
    whole = admin.site.each_context(request) | context
    return render(request, "monitoring/staff/equal_treatment.html", whole)
