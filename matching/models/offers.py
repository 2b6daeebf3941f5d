"""The employer's act: an offer to a person with whom the match put it together."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalTextField
from applications.models import Application
from matching.models.companies import Opportunity
from matching.models.runs import MatchPair


class Offer(models.Model):
    """An offer with its conditions and the instant until which it stands."""

    class State(models.TextChoices):
        SENT = "sent", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("not answered in time")
        WITHDRAWN = "withdrawn", _("withdrawn by the company")

    reference = models.CharField(_("reference"), max_length=16, unique=True)
    pair = models.ForeignKey(
        MatchPair, models.PROTECT, related_name="offers", verbose_name=_("matched pair")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="offers", verbose_name=_("person")
    )
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, related_name="offers", verbose_name=_("opportunity")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENT)
    conditions = PersonalTextField(_("conditions"), purpose="making you an offer")
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    expires_at = models.DateTimeField(_("stands until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-sent_at", "-id"]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="sent"), name="offer_waiting")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state="accepted"),
                name="offer_accepted_once",
                violation_error_message=_("This person has accepted an offer already."),
            ),
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(state__in=["sent", "accepted"]),
                name="offer_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="offer_stands_for_some_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "declined"], answered_at__isnull=False)
                | ~Q(state__in=["accepted", "declined"]) & Q(answered_at__isnull=True),
                name="offer_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("matching:offer", args=[self.reference])
