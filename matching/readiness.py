"""What the checklist of a cohort should know of the calendar."""

from datetime import datetime

from django.utils.translation import gettext as _

from applications.models import Cohort
from applications.models.cohorts import INSTANTS_IN_ORDER
from applications.readiness import Finding, change_page
from matching.models import PublicHoliday
from notifications.moments import HONG_KONG, say_day


def no_date_on_a_holiday(cohort: Cohort, now: datetime) -> Finding:
    """Name the dates that fall on a public holiday; a warning, for it may be meant."""
    dated = [
        (str(label), getattr(cohort, name).astimezone(HONG_KONG).date())
        for name, label in INSTANTS_IN_ORDER.items()
    ]
    dated += [(_("bootcamp day"), day) for day in cohort.bootcamp_dates]
    days = {day for _label, day in dated}
    holidays = {holiday.on: holiday for holiday in PublicHoliday.objects.filter(on__in=days)}
    found = [
        _("%(day)s (%(what)s) is a public holiday: %(name)s.")
        % {"day": say_day(day), "what": label, "name": holidays[day].name}
        for label, day in dated
        if day in holidays
    ]
    return Finding(tuple(found), change_page(cohort))
