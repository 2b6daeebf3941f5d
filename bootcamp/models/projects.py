"""Mini-projects: what stands now, and every version that was ever submitted."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalCharField, PersonalJSONField, PersonalTextField
from applications.models import Application, Track

JUDGING = "having your project judged"


class ProjectTrack(models.TextChoices):
    """What a project may be about."""

    VISION = Track.VISION.value, Track.VISION.label
    DATA_SCIENCE = Track.DATA_SCIENCE.value, Track.DATA_SCIENCE.label


class Project(models.Model):
    """One person's mini-project as it was last submitted."""

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="project", verbose_name=_("application")
    )
    track = models.CharField(_("Track"), max_length=20, choices=ProjectTrack)
    title = PersonalCharField(_("Title"), max_length=120, purpose=JUDGING)
    summary = PersonalTextField(
        _("Summary"), validators=[MaxLengthValidator(2000)], purpose=JUDGING
    )
    repository_url = models.URLField(_("Link to the code"), max_length=300)
    slides_url = models.URLField(_("Link to the slides"), max_length=300)
    video_url = models.URLField(_("Link to the video"), max_length=300, blank=True)
    contribution = PersonalTextField(
        _("What you did yourself"), validators=[MaxLengthValidator(1000)], purpose=JUDGING
    )
    ai_disclosure = PersonalTextField(
        _("Tools that helped you"), validators=[MaxLengthValidator(1000)], purpose=JUDGING
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    submitted_at = models.DateTimeField(_("submitted"))

    class Meta:
        verbose_name = _("mini-project")
        verbose_name_plural = _("mini-projects")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(track__in=ProjectTrack.values), name="project_of_a_track"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProjectVersion(models.Model):
    """What was submitted at one instant, for ever (migration 0002)."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="versions", verbose_name=_("mini-project")
    )
    number = models.PositiveIntegerField(_("number"))
    content = PersonalJSONField(_("content"), purpose="proving what you submitted and when")
    digest = models.CharField(_("SHA-256"), max_length=64)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("submitted version")
        verbose_name_plural = _("submitted versions")
        ordering = ["project", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="project_version_once")
        ]

    def __str__(self) -> str:
        return str(_("version %(number)s") % {"number": self.number})
