"""Appeals against a published list: one for each person in it, decided by who took no part."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalTextField
from selection.models.entries import Entry


class Appeal(models.Model):
    """What a person says went wrong, and what was decided about it."""

    class Ground(models.TextChoices):
        PROCESS = "process", _("The process was not followed")
        ERROR = "error", _("There is an error in my result")

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        UPHELD = "upheld", _("upheld")
        DISMISSED = "dismissed", _("dismissed")

    entry = models.OneToOneField(
        Entry, models.PROTECT, related_name="appeal", verbose_name=_("entry")
    )
    ground = models.CharField(_("ground"), max_length=8, choices=Ground)
    text = PersonalTextField(_("what went wrong"), purpose="looking at your result again")
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = PersonalTextField(
        _("reason"), blank=True, purpose="telling you why your appeal was decided so"
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state="open", decided_at__isnull=True, decided_by__isnull=True, reason=""
                )
                | Q(
                    state__in=["upheld", "dismissed"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                & ~Q(reason=""),
                name="selection_appeal_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("made_by")),
                name="selection_appeal_not_by_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry.application.reference} · {self.get_state_display()}"
