"""What the checklist of a cohort asks about its bootcamp."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Cohort
from applications.readiness import Finding
from bootcamp.models import Module, Rubric


def criteria_are_there(cohort: Cohort, now: datetime) -> Finding:
    """What is taught and by which sheet projects are judged stands before anybody applies."""
    missing = []
    modules = list(Module.objects.filter(cohort=cohort))
    if not modules:
        missing.append(_("The bootcamp has no modules yet."))
    missing.extend(
        _("Module %(number)d has no title in one of the languages.") % {"number": module.number}
        for module in modules
        if not (module.title_en.strip() and module.title_zh.strip())
    )
    if not Rubric.objects.filter(cohort=cohort).exists():
        missing.append(_("There is no sheet by which mini-projects are judged."))
    return Finding(tuple(missing), reverse("admin:bootcamp_teaching", args=[cohort.slug]))
