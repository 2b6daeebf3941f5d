"""How many applied to a cohort, from where, and how they heard of us: counts and nobody's name."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.web.staff import allowed
from applications import counts
from applications.models import Cohort
from applications.rules import reads_everything
from applications.web.staff.institutions import CohortForm
from applications.web.staff.pages import staff_page


def count(request: HttpRequest) -> HttpResponse:
    """The counts of one cohort. Who has withdrawn is in none of them."""
    allowed(request, reads_everything)
    chosen = CohortForm(request.GET if "cohort" in request.GET else None)
    cohort = Cohort.objects.first()
    if chosen.is_bound:
        cohort = chosen.cleaned_data["cohort"] if chosen.is_valid() else None
    tables = []
    if cohort:
        parts = (
            (_("How they heard of us"), counts.by_source(cohort)),
            (_("Stage"), counts.by_stage(cohort)),
            (_("Level of study"), counts.by_level(cohort)),
            (_("Institution"), counts.by_institution(cohort, others=_("Another institution"))),
        )
        tables = [
            {
                "title": title,
                "table": {
                    "headers": [title, _("Number")],
                    "rows": [[line.label, str(line.count)] for line in lines],
                },
            }
            for title, lines in parts
        ]
    context = {
        "choose": chosen if chosen.is_bound else CohortForm(initial={"cohort": cohort}),
        "total": counts.standing(cohort).count() if cohort else 0,
        "cohort": cohort,
        "tables": tables,
    }
    return staff_page(request, "export_counts", _("Applications in numbers"), context)
