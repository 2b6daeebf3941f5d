"""A person's own calendar: its secret address, and what it has told."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.personal import PersonalJSONField


class PersonalCalendar(models.Model):
    """Whoever knows the address may read the calendar: programs that subscribe cannot sign in.

    The token is null while there is no address. What was told stays when the address is taken
    back, so that numbers of revisions never fall. It is kept by what an entry is, without whose it
    is; the mark says whose, so that two people's calendars in one program stay two.
    """

    user = models.OneToOneField(
        User, models.CASCADE, related_name="calendar", verbose_name=_("person")
    )
    mark = models.UUIDField(_("mark"), db_default=RandomUUID(), unique=True, editable=False)
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

    def uid_of(self, key: str) -> str:
        """The UID of what is told under this key: the same for good, and nobody else's."""
        return f"{self.mark.hex}-{key}"
