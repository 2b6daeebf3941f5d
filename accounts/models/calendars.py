"""A person's own calendar: its secret address, and what it has told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.personal import PersonalJSONField


class PersonalCalendar(models.Model):
    """Whoever knows the address may read the calendar: programs that subscribe cannot sign in.

    The token is null while there is no address. What was told stays when the address is taken
    back, so that numbers of revisions never fall.
    """

    user = models.OneToOneField(
        User, models.CASCADE, related_name="calendar", verbose_name=_("person")
    )
    token = models.CharField(_("secret"), max_length=64, null=True, unique=True)
    made_at = models.DateTimeField(_("address made"), null=True)
    told = PersonalJSONField(
        _("what it has told"), default=dict, purpose="numbering the changes of a person's calendar"
    )

    class Meta:
        verbose_name = _("personal calendar")
        verbose_name_plural = _("personal calendars")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(token__isnull=True, made_at__isnull=True)
                | models.Q(token__isnull=False, made_at__isnull=False),
                name="personal_calendar_address_has_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
