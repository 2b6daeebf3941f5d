"""What was noticed around a sitting: context for people, never an input of a score or a list.

Nothing in `quiz.scoring`, `quiz.marking`, `quiz.domain.scoring` or `selection` may read these
tables; a contract of the imports and a test hold it to that.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.personal import PersonalCharField, PersonalIntegerField
from quiz.models.quizzes import Quiz
from quiz.models.sittings import Attempt

PURPOSE = "context, should a question about your sitting ever be asked"
RETENTION = "6 months"


class Signal(models.Model):
    """One kind of thing that was noticed in one attempt, counted.

    `position` is the number of the question for a paste, 0 for what concerns no question. What was
    pasted, and from which address somebody came, is never kept.
    """

    class Kind(models.TextChoices):
        FOCUS_LOST = "focus-lost", _("another window or app was in front")
        PASTE = "paste", _("text was pasted into an answer")
        ADDRESS_CHANGED = "address-changed", _("the network address changed")
        DEVICE_CHANGED = "device-changed", _("the browser or device changed")

    attempt = models.ForeignKey(
        Attempt, models.CASCADE, related_name="signals", verbose_name=_("attempt")
    )
    kind = PersonalCharField(
        _("what"), max_length=20, choices=Kind, purpose=PURPOSE, retention=RETENTION
    )
    position = models.PositiveSmallIntegerField(_("question"), default=0)
    count = PersonalIntegerField(_("times"), purpose=PURPOSE, retention=RETENTION)
    seconds = PersonalIntegerField(_("seconds"), default=0, purpose=PURPOSE, retention=RETENTION)
    first_at = models.DateTimeField(_("first noticed"))
    last_at = models.DateTimeField(_("last noticed"))

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        ordering = ["attempt", "kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "kind", "position"], name="quiz_signal_counted_once"
            ),
            models.CheckConstraint(
                condition=Q(last_at__gte=F("first_at")), name="quiz_signal_times_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.kind} × {self.count}"


class Origin(models.Model):
    """Where an attempt was last seen from, as digests that lead back to no address or device."""

    attempt = models.OneToOneField(
        Attempt, models.CASCADE, related_name="origin", verbose_name=_("attempt")
    )
    address = PersonalCharField(
        _("digest of the address"), max_length=64, purpose=PURPOSE, retention=RETENTION
    )
    device = PersonalCharField(
        _("digest of the browser’s name"), max_length=64, purpose=PURPOSE, retention=RETENTION
    )
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")

    def __str__(self) -> str:
        return f"{self.attempt_id}"


class Resemblance(models.Model):
    """Two sittings whose wrong answers agree more than chance explains (`quiz.resemblance`)."""

    quiz = models.ForeignKey(
        Quiz, models.CASCADE, related_name="resemblances", verbose_name=_("quiz")
    )
    first = models.ForeignKey(Attempt, models.CASCADE, related_name="+", verbose_name=_("one"))
    second = models.ForeignKey(Attempt, models.CASCADE, related_name="+", verbose_name=_("other"))
    common = PersonalIntegerField(_("items both had"), purpose=PURPOSE, retention=RETENTION)
    both_wrong = PersonalIntegerField(_("both wrong"), purpose=PURPOSE, retention=RETENTION)
    same_wrong = PersonalIntegerField(
        _("the same wrong answer"), purpose=PURPOSE, retention=RETENTION
    )
    innocent_pairs = models.FloatField(
        _("pairs like this one that chance alone would bring in the whole quiz, at most")
    )
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("resemblance")
        verbose_name_plural = _("resemblances")
        ordering = ["innocent_pairs", "first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="quiz_resemblance_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="quiz_resemblance_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"
