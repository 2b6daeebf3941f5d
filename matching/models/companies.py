"""Companies, the people who recruit for them, what they offer, and who lets them look."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from applications.models import Application, Cohort


class Sector(models.TextChoices):
    ROBOTICS = "robotics", _("Robotics and manufacturing")
    HEALTH = "health", _("Health and life science")
    FINANCE = "finance", _("Finance and insurance")
    LOGISTICS = "logistics", _("Logistics and transport")
    BUILDINGS = "buildings", _("Construction and property")
    ENERGY = "energy", _("Energy and environment")
    EDUCATION = "education", _("Education")
    RETAIL = "retail", _("Retail and food")
    MEDIA = "media", _("Media and language")


class Company(models.Model):
    """A partner company. One that is no longer active vanishes from every page but the staff's."""

    slug = models.SlugField(_("short name"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120, blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    website = models.URLField(_("website"), blank=True)
    about_en = models.TextField(_("about the company (English)"), blank=True)
    about_zh = models.TextField(_("about the company (Chinese)"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name_en"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_this_language(self.name_en, self.name_zh)

    @property
    def about(self) -> str:
        return in_this_language(self.about_en, self.about_zh)


class RecruiterQuerySet(models.QuerySet["Recruiter"]):
    """Named subsets of recruiters."""

    def active(self) -> "RecruiterQuerySet":
        """Those who may act: neither they nor their company has left."""
        return self.filter(removed_at__isnull=True, company__is_active=True, user__is_active=True)

    def who_accepted(self, version: str) -> "RecruiterQuerySet":
        """Those who accepted this version of the undertaking on the use of data."""
        return self.filter(undertaking_version=version)


class Recruiter(models.Model):
    """One person's seat at one company. Removing it ends all access at the next request."""

    company = models.ForeignKey(
        Company, models.PROTECT, related_name="recruiters", verbose_name=_("company")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="recruiter_seats", verbose_name=_("person")
    )
    added_at = models.DateTimeField(_("added"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    undertaking_version = models.CharField(
        _("version of the undertaking"), max_length=20, blank=True
    )
    undertaking_accepted_at = models.DateTimeField(_("undertaking accepted"), null=True, blank=True)

    objects = RecruiterQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruiter")
        verbose_name_plural = _("recruiters")
        ordering = ["company", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"],
                name="recruiter_once_at_a_company",
                violation_error_message=_("This person recruits for this company already."),
            ),
            models.CheckConstraint(
                condition=Q(undertaking_version="", undertaking_accepted_at__isnull=True)
                | ~Q(undertaking_version="") & Q(undertaking_accepted_at__isnull=False),
                name="recruiter_undertaking_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.company})"


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Named subsets of opportunities."""

    def open_in(self, cohort_id: int) -> "OpportunityQuerySet":
        """What people of this cohort can rank and be matched to."""
        return self.filter(
            cohort_id=cohort_id, state=Opportunity.State.APPROVED, company__is_active=True
        )


class Opportunity(models.Model):
    """A job or an internship with some vacancies. Approved by somebody who did not write it."""

    class Kind(models.TextChoices):
        JOB = "job", _("Job")
        INTERNSHIP = "internship", _("Internship")

    class PayBasis(models.TextChoices):
        MONTHLY = "monthly", _("a month")
        HOURLY = "hourly", _("an hour")

    class Exemption(models.TextChoices):
        NONE = "none", _("none: the minimum wage applies")
        STUDENT_INTERN = "student-intern", _("student intern: part of the curriculum")
        WORK_EXPERIENCE = "work-experience", _("work experience student: at most 59 days")

    class Track(models.TextChoices):
        VISION = "vision", _("Computer vision")
        DATA_SCIENCE = "data_science", _("Data science")
        EITHER = "either", _("Either track")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        CLOSED = "closed", _("closed")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="opportunities", verbose_name=_("cohort")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="opportunities", verbose_name=_("company")
    )
    reference = models.CharField(_("reference"), max_length=16, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    track = models.CharField(_("track"), max_length=20, choices=Track, default=Track.EITHER)
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120, blank=True)
    description_en = models.TextField(_("description (English)"))
    description_zh = models.TextField(_("description (Chinese)"), blank=True)
    purpose_en = models.TextField(_("what the company uses people’s data for (English)"))
    purpose_zh = models.TextField(
        _("what the company uses people’s data for (Chinese)"), blank=True
    )
    vacancies = models.PositiveIntegerField(_("vacancies"))
    place_en = models.CharField(_("place of work (English)"), max_length=120)
    place_zh = models.CharField(_("place of work (Chinese)"), max_length=120, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(_("hours a week"))
    pay_cents = models.PositiveIntegerField(_("pay, in cents"))
    currency = models.CharField(_("currency"), max_length=3, default="HKD")
    pay_basis = models.CharField(_("paid by"), max_length=10, choices=PayBasis)
    wage_exemption = models.CharField(
        _("exempt from the minimum wage"),
        max_length=20,
        choices=Exemption,
        default=Exemption.NONE,
    )
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    conditions_en = models.TextField(_("conditions (English)"), blank=True)
    conditions_zh = models.TextField(_("conditions (Chinese)"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_at = models.DateTimeField(_("last written"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["company__name_en", "title_en", "id"]
        indexes = [models.Index(fields=["cohort", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("written_by")),
                name="opportunity_approved_by_a_second_person",
                violation_error_message=_("Whoever wrote it cannot approve it."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_by__isnull=True, approved_at__isnull=True)
                | ~Q(state="draft") & Q(approved_by__isnull=False, approved_at__isnull=False),
                name="opportunity_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="opportunity_ends_after_start",
                violation_error_message=_("It cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(kind="job") | Q(ends_on__isnull=False),
                name="opportunity_internship_ends",
                violation_error_message=_("Say when the internship ends."),
            ),
            models.CheckConstraint(
                condition=Q(hours_per_week__gte=1, hours_per_week__lte=72),
                name="opportunity_hours_possible",
                violation_error_message=_("Hours a week must be from 1 to 72."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} – {self.title}"

    @property
    def title(self) -> str:
        return in_this_language(self.title_en, self.title_zh)

    @property
    def description(self) -> str:
        return in_this_language(self.description_en, self.description_zh)

    @property
    def purpose(self) -> str:
        return in_this_language(self.purpose_en, self.purpose_zh)

    @property
    def place(self) -> str:
        return in_this_language(self.place_en, self.place_zh)

    @property
    def conditions(self) -> str:
        return in_this_language(self.conditions_en, self.conditions_zh)

    @property
    def pay(self) -> str:
        """`HKD 18,000 a month`."""
        whole, cents = divmod(self.pay_cents, 100)
        amount = f"{whole:,}.{cents:02d}" if cents else f"{whole:,}"
        return f"{self.currency} {amount} {self.get_pay_basis_display()}"


class CompanyConsent(models.Model):
    """A person lets one company see their profile. Withdrawing keeps the row and adds the time."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="company_consents", verbose_name=_("person")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="consents", verbose_name=_("company")
    )
    text_version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=10)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent for a company")
        verbose_name_plural = _("consents for companies")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "company"],
                condition=Q(withdrawn_at__isnull=True),
                name="company_consent_live_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} → {self.company_id}"
