"""One person in one cohort."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.personal import PersonalCharField, PersonalTextField
from applications.models.cohorts import Cohort
from applications.models.institutions import Institution
from applications.models.rules import EligibilityRules, Status


class Stage(models.TextChoices):
    """Where an application stands. `applications.lifecycle` says what may follow what."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    ELIGIBLE = "eligible", _("eligible")
    INELIGIBLE = "ineligible", _("not eligible")
    WITHDRAWN = "withdrawn", _("withdrawn")
    MERGED = "merged", _("merged into another application")
    PLACE_OFFERED = "place-offered", _("place offered")
    RESERVE = "reserve", _("on the reserve list")
    NOT_SELECTED = "not-selected", _("not selected")
    PLACE_CONFIRMED = "place-confirmed", _("place confirmed")
    PLACE_DECLINED = "place-declined", _("place declined")
    PLACE_LAPSED = "place-lapsed", _("place lapsed")
    FINALIST = "finalist", _("finalist")
    FINAL_RESERVE = "final-reserve", _("on the finalists' reserve list")
    NOT_FINALIST = "not-finalist", _("not a finalist")
    MATCHED = "matched", _("matched")
    HIRED = "hired", _("offer accepted")


class Level(models.TextChoices):
    SUB_DEGREE = "sub_degree", _("Higher diploma or associate degree")
    BACHELOR = "bachelor", _("Bachelor’s degree")
    TAUGHT_MASTER = "taught_master", _("Taught master’s degree")
    RESEARCH = "research", _("Research master’s degree or doctorate")
    OTHER = "other", _("Other")


class Discipline(models.TextChoices):
    ENGINEERING = "engineering", _("Engineering")
    COMPUTING = "computing", _("Computing")
    SCIENCE = "science", _("Science and mathematics")
    BUSINESS = "business", _("Business and economics")
    HEALTH = "health", _("Medicine and health")
    HUMANITIES = "humanities", _("Arts, humanities and social sciences")
    OTHER = "other", _("Other")


class Track(models.TextChoices):
    VISION = "vision", _("Computer vision")
    DATA_SCIENCE = "data_science", _("Data science")
    UNDECIDED = "undecided", _("Not decided yet")


class PriorLearning(models.TextChoices):
    NONE = "none", pgettext_lazy("prior learning", "None")
    COURSE = "course", _("A course")
    PROJECT = "project", _("A project of my own")


class Source(models.TextChoices):
    UNIVERSITY = "university", _("My university’s careers office")
    FRIEND = "friend", _("A friend")
    SOCIAL_MEDIA = "social-media", _("Social media")
    WEBSITE = "website", _("The programme’s website")
    EVENT = "event", _("An event")
    OTHER = "other", _("Other")


WHO_WE_ADDRESS = "knowing whom we address"
ELIGIBILITY = "deciding whether you are eligible"
PLANNING = "planning the bootcamp"


# What staff look for, as one text; the index over its capitals finds any part of it.
SEARCHED = Concat(
    "reference",
    Value(" "),
    "surname_en",
    Value(" "),
    "given_en",
    Value(" "),
    "preferred_name",
    Value(" "),
    "name_zh",
    Value(" "),
    "mobile",
    output_field=models.TextField(),
)


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Named subsets of applications."""

    def in_stage(self, *stages: Stage) -> "ApplicationQuerySet":
        return self.filter(stage__in=stages)


class Application(models.Model):
    """One person's way through one cohort. Only `applications.domain.stages` changes `stage`."""

    reference = models.CharField(_("reference"), max_length=16, unique=True)
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="applications", verbose_name=_("cohort")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="applications", verbose_name=_("person")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("started"))
    saved_at = models.DateTimeField(_("last saved"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)

    surname_en = PersonalCharField(
        _("Surname, as on your certificate"), max_length=100, blank=True, purpose=WHO_WE_ADDRESS
    )
    given_en = PersonalCharField(
        _("Given names, as on your certificate"),
        max_length=100,
        blank=True,
        purpose=WHO_WE_ADDRESS,
    )
    preferred_name = PersonalCharField(
        _("What should we call you?"), max_length=100, blank=True, purpose=WHO_WE_ADDRESS
    )
    name_zh = PersonalCharField(
        _("Chinese name"), max_length=60, blank=True, purpose=WHO_WE_ADDRESS
    )
    mobile = PersonalCharField(
        _("Mobile phone"),
        max_length=20,
        blank=True,
        purpose=(
            "calling you when a bootcamp day changes at short notice, "
            "or when mail does not reach you"
        ),
    )

    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, verbose_name=_("Institution")
    )
    institution_other = PersonalCharField(
        _("Other institution"), max_length=200, blank=True, purpose=ELIGIBILITY
    )
    study_programme = PersonalCharField(
        _("Programme of study"), max_length=200, blank=True, purpose=ELIGIBILITY
    )
    discipline = PersonalCharField(
        _("Discipline"),
        max_length=20,
        choices=Discipline,
        blank=True,
        purpose="reporting in counts",
    )
    level = PersonalCharField(
        _("Level of study"), max_length=20, choices=Level, blank=True, purpose=ELIGIBILITY
    )
    status = PersonalCharField(
        _("Are you a student or a graduate?"),
        max_length=10,
        choices=Status,
        blank=True,
        purpose=ELIGIBILITY,
    )
    completion_on = models.DateField(_("Expected or actual completion"), null=True, blank=True)

    python_rating = models.PositiveSmallIntegerField(
        _("How well do you know Python?"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(5)],
    )
    prior_learning = PersonalCharField(
        _("Have you learned machine learning before?"),
        max_length=10,
        choices=PriorLearning,
        blank=True,
        purpose=PLANNING,
    )
    evidence_url = models.URLField(_("A link to something you made"), blank=True)
    motivation = PersonalTextField(
        _("Why this programme?"),
        blank=True,
        validators=[MaxLengthValidator(2000)],
        purpose="understanding what you hope for",
    )
    track = PersonalCharField(
        _("Mini-project track"), max_length=20, choices=Track, blank=True, purpose=PLANNING
    )
    available_days = ArrayField(
        models.DateField(), verbose_name=_("Days you can attend"), default=list, blank=True
    )
    conflicts = PersonalTextField(
        _("Conflicts we should know about"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        purpose=PLANNING,
    )
    source = models.CharField(
        _("How did you hear of us?"), max_length=20, choices=Source, blank=True
    )

    # NULL: not asked (an imported form that had no such question)
    is_adult = models.BooleanField(_("I am 18 or older"), null=True, blank=True)
    honour_code_at = models.DateTimeField(_("honour code accepted"), null=True, blank=True)
    privacy_notice_at = models.DateTimeField(_("privacy notice read"), null=True, blank=True)
    privacy_notice_version = models.CharField(
        _("version of the privacy notice"), max_length=20, blank=True
    )

    rules = models.ForeignKey(
        EligibilityRules,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rules at the submission"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_from = models.CharField(
        _("stage before withdrawing"), max_length=20, choices=Stage, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    # Where the answers come from a file: when, and the SHA-256 of the row as it was read.
    # `saved_at` is later than `imported_at` once the person has saved here themselves.
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    imported_digest = models.CharField(_("digest of the row"), max_length=64, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["surname_en", "given_en", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                name="application_once_in_a_cohort",
                violation_error_message=_("You have an application in this cohort already."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["draft", "withdrawn", "merged"])
                | Q(submitted_at__isnull=False),
                name="application_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage="withdrawn", withdrawn_at__isnull=False)
                | (~Q(stage="withdrawn") & Q(withdrawn_at__isnull=True)),
                name="application_withdrawn_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage="merged", merged_into__isnull=False)
                | (~Q(stage="merged") & Q(merged_into__isnull=True)),
                name="application_merged_has_target",
            ),
            models.CheckConstraint(
                condition=Q(python_rating__isnull=True) | Q(python_rating__lte=5),
                name="application_python_rating_to_5",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "stage"]),
            models.Index(fields=["cohort", "mobile"], name="application_mobile"),
            models.Index(fields=["surname_en", "given_en", "id"], name="application_by_name"),
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(stage="submitted"),
                name="application_waiting",
            ),
            GinIndex(OpClass(Upper(SEARCHED), name="gin_trgm_ops"), name="application_words"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.full_name}"

    def get_absolute_url(self) -> str:
        return reverse("applications:detail", args=[self.reference])

    @property
    def full_name(self) -> str:
        """`CHAN Tai Man`: surname first, nothing re-cased; one name is enough."""
        return " ".join(part for part in (self.surname_en, self.given_en) if part)

    @property
    def called(self) -> str:
        """The name to greet by."""
        return self.preferred_name or self.given_en or self.surname_en or self.user.email


class AccessRequest(models.Model):
    """What somebody needs to sit the quiz or attend. No selector, judge or company sees it."""

    class State(models.TextChoices):
        ASKED = "asked", _("to decide")
        GRANTED = "granted", pgettext_lazy("access request", "granted")
        REFUSED = "refused", pgettext_lazy("access request", "refused")

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="access_request", verbose_name=_("application")
    )
    needs = PersonalTextField(
        _("Do you need any arrangement to take the quiz or attend?"),
        validators=[MaxLengthValidator(2000)],
        purpose="making arrangements for you",
        retention="30 days after use",
    )
    requested_at = models.DateTimeField(_("requested"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    # What was arranged, in words for the person; the reason for it is recorded nowhere.
    arrangement = PersonalTextField(
        _("what we arranged"),
        blank=True,
        purpose="making arrangements for you",
        retention="30 days after use",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")

    def __str__(self) -> str:
        return self.application.reference


class Consent(models.Model):
    """One optional purpose that a person agreed to. Withdrawing keeps the row and adds the time."""

    class Purpose(models.TextChoices):
        TALENT_POOL = "talent-pool", _("Keep my data in the talent pool after this cohort.")
        PUBLICITY = "publicity", _("You may publish my name if I am selected.")
        MARKETING = "marketing", _("Tell me about other programmes and events.")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="consents", verbose_name=_("application")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    text_version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=10)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once_for_a_purpose",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.purpose}"
