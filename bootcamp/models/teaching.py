"""What is taught, to whom, by whom and where; which hours there are."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from applications.models import Application, Cohort

MODULES = 4


class Module(models.Model):
    """One of the four parts of the programme."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="modules", verbose_name=_("cohort")
    )
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(MODULES)]
    )
    title_en = models.CharField(_("title (English)"), max_length=150)
    title_zh = models.CharField(_("title (Chinese)"), max_length=150)
    description_en = models.TextField(_("description (English)"), blank=True)
    description_zh = models.TextField(_("description (Chinese)"), blank=True)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="module_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=MODULES), name="module_of_four"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def title(self) -> str:
        return in_this_language(self.title_en, self.title_zh)

    @property
    def description(self) -> str:
        return in_this_language(self.description_en, self.description_zh)


class Lesson(models.Model):
    """A piece of a module that fits into one slot; every group has a session of it."""

    module = models.ForeignKey(
        Module, models.PROTECT, related_name="lessons", verbose_name=_("module")
    )
    order = models.PositiveSmallIntegerField(_("place within the module"))
    title_en = models.CharField(_("title (English)"), max_length=150)
    title_zh = models.CharField(_("title (Chinese)"), max_length=150)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["module", "order"]
        constraints = [
            models.UniqueConstraint(fields=["module", "order"], name="lesson_order_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_this_language(self.title_en, self.title_zh)


class Room(models.Model):
    """A place that holds so many people."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="rooms", verbose_name=_("cohort")
    )
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("people it holds"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["cohort", "name_en"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "name_en"],
                name="room_name_once",
                violation_error_message=_("This cohort has a room of this name already."),
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="room_holds_somebody"),
        ]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)


class Slot(models.Model):
    """A time of a bootcamp day in which one session fits: `[starts_at, ends_at)`."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="slots", verbose_name=_("cohort")
    )
    on = models.DateField(_("day"))
    position = models.PositiveSmallIntegerField(_("place within the day"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["cohort", "on", "position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "on", "position"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="slot_has_length",
                violation_error_message=_("A slot ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} · {self.position}"


class Trainer(models.Model):
    """Somebody who can teach some modules on some days."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="trainers", verbose_name=_("cohort")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="trainers", verbose_name=_("person")
    )
    modules = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("modules they can teach"),
        help_text=_("Numbers, separated by commas: 1,2,4"),
    )
    days = ArrayField(
        models.DateField(),
        verbose_name=_("days they can come"),
        help_text=_("Bootcamp days, separated by commas: 2027-04-05,2027-04-06"),
    )

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        ordering = ["cohort", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                name="trainer_once",
                violation_error_message=_("This person is a trainer of this cohort already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)

    def clean(self) -> None:
        super().clean()
        unknown = sorted(set(self.modules or ()) - set(range(1, MODULES + 1)))
        if unknown:
            raise ValidationError(
                {"modules": _("There is no module %(number)s.") % {"number": unknown[0]}}
            )
        if self.cohort_id:
            other = sorted(set(self.days or ()) - set(self.cohort.bootcamp_dates))
            if other:
                raise ValidationError(
                    {"days": _("%(day)s is not a bootcamp day of this cohort.") % {"day": other[0]}}
                )


class Group(models.Model):
    """The people who are taught together."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="groups", verbose_name=_("cohort")
    )
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["cohort", "number"]
        constraints = [models.UniqueConstraint(fields=["cohort", "number"], name="group_once")]

    def __str__(self) -> str:
        return str(_("Group %(number)s") % {"number": self.number})


class Membership(models.Model):
    """In which group somebody is: one, or none yet."""

    group = models.ForeignKey(
        Group, models.PROTECT, related_name="memberships", verbose_name=_("group")
    )
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="membership", verbose_name=_("application")
    )

    class Meta:
        verbose_name = _("place in a group")
        verbose_name_plural = _("places in groups")
        ordering = ["group", "application"]

    def __str__(self) -> str:
        return f"{self.group} · {self.application}"
