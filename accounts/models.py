"""People, the trail of what they did, and the approvals that need two of them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.personal import PersonalCharField, PersonalEmailField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalise_email(email), **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


def normalise_email(email: str) -> str:
    """One spelling of an address: no surrounding space, lower case."""
    return email.strip().lower()


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the name; case does not matter."""

    email = PersonalEmailField(_("e-mail address"), unique=True, purpose="sign-in and notices")
    preferred_name = PersonalCharField(
        _("preferred name"), max_length=100, blank=True, purpose="how we address you"
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.ENGLISH
    )
    is_staff = models.BooleanField(_("may open the staff site"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_once",
                violation_error_message=_("Somebody has this e-mail address already."),
            )
        ]

    def __str__(self) -> str:
        return self.preferred_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = normalise_email(self.email)


class AuditEvent(models.Model):
    """One thing that somebody did to one object, written in the transaction of the change."""

    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("what"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class Approval(models.Model):
    """A decision that takes two people: one asks, another one agrees, to exactly this content."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        VOID = "void", _("void: the content changed or the request lapsed")

    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    digest = models.CharField(_("digest of the content"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("lapses"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by")),
                name="accounts_approval_by_a_second_person",
                violation_error_message=_("The person who asked cannot approve."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "void"], decided_by__isnull=True)
                | models.Q(state__in=["approved", "refused"], decided_by__isnull=False),
                name="accounts_approval_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(state="requested"),
                name="accounts_approval_one_open_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.get_state_display()}"
