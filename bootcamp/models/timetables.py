"""When, where and by whom each session is held: runs of the planner and their bookings."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.models.teaching import Group, Lesson, Module, Room, Slot, Trainer


class Session(models.Model):
    """A lesson as one group has it. `uuid` stands in addresses."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="sessions", verbose_name=_("lesson")
    )
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="sessions", verbose_name=_("group")
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["group", "lesson__module__number", "lesson__order"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "group"], name="session_once_for_a_group")
        ]

    def __str__(self) -> str:
        return f"{self.lesson} · {self.group}"

    @property
    def title(self) -> str:
        return self.lesson.title

    @property
    def module(self) -> Module:
        return self.lesson.module


class Timetable(models.Model):
    """One run of the planner. What was put in and what came out never changes (migration 0002)."""

    class State(models.TextChoices):
        DRAWN = "drawn", _("drawn up, not published")
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("replaced by a newer one")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="timetables", verbose_name=_("cohort")
    )
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAWN)
    seed = models.BigIntegerField(_("seed"))
    inputs = models.JSONField(_("inputs"))
    input_digest = models.CharField(_("SHA-256 of the inputs"), max_length=64)
    result_digest = models.CharField(_("SHA-256 of the result"), max_length=64)
    objective = models.IntegerField(_("cost"))
    is_proven_best = models.BooleanField(_("proven to be the best"))
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("timetable")
        verbose_name_plural = _("timetables")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="timetable_number_once"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(state="published"), name="timetable_one_published"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="timetable_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        number = _("timetable %(number)s") % {"number": self.number}
        return f"{self.cohort} · {number}"


class Booking(models.Model):
    """A session at a slot in a room with a trainer; nobody and nothing is there twice."""

    timetable = models.ForeignKey(
        Timetable, models.PROTECT, related_name="bookings", verbose_name=_("timetable")
    )
    session = models.ForeignKey(
        Session, models.PROTECT, related_name="bookings", verbose_name=_("session")
    )
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="bookings", verbose_name=_("group")
    )
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings", verbose_name=_("slot"))
    room = models.ForeignKey(Room, models.PROTECT, related_name="bookings", verbose_name=_("room"))
    trainer = models.ForeignKey(
        Trainer, models.PROTECT, related_name="bookings", verbose_name=_("trainer")
    )

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["timetable", "slot__on", "slot__position", "group__number"]
        constraints = [
            models.UniqueConstraint(fields=["timetable", what], name="booking_session_once")
            if what == "session"
            else models.UniqueConstraint(
                fields=["timetable", "slot", what], name=f"booking_{what}_free"
            )
            for what in ("session", "group", "room", "trainer")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} @ {self.slot_id}"


class Attendance(models.Model):
    """Whether one person was at one session."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("Present")
        LATE = "late", _("Late by more than 15 minutes")
        ABSENT = "absent", _("Absent")
        EXCUSED = "excused", _("Excused")

    session = models.ForeignKey(
        Session, models.PROTECT, related_name="attendances", verbose_name=_("session")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="attendances", verbose_name=_("application")
    )
    presence = models.CharField(_("presence"), max_length=10, choices=Presence)
    late_minutes = models.PositiveSmallIntegerField(
        _("minutes late, if known"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    marked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("marked by")
    )
    marked_at = models.DateTimeField(_("marked"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["session", "application"]
        constraints = [
            models.UniqueConstraint(fields=["session", "application"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(late_minutes__isnull=True) | Q(presence="late"),
                name="attendance_minutes_of_a_late_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.session}: {self.get_presence_display()}"
