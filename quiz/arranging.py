"""What the quiz can arrange for one person."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.arrangements import Way
from applications.models import Application
from quiz.models import ExtraTime


def extra_time(application: Application) -> str:
    """The page that gives this person more time, or changes what was given."""
    given = ExtraTime.objects.filter(application=application).first()
    if given:
        return reverse("admin:quiz_extratime_change", args=[given.pk])
    filled = urlencode({"application": application.pk, "reason": _("Arrangement on request")})
    return f"{reverse('admin:quiz_extratime_add')}?{filled}"


EXTRA_TIME = Way(gettext_lazy("More time in the quiz"), extra_time)
