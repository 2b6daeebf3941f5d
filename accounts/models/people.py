"""People: the accounts of everybody, whatever they do here."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import ConcatPair, Lower, Replace, Upper
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


def _mailbox(email: str) -> ConcatPair:
    """SQL for `t.m.chan+dtt@Example.hk` → `tmchan@example.hk`."""

    def part(number: int, text: Any, separator: str) -> Func:
        return Func(
            text,
            Value(separator),
            Value(number),
            function="split_part",
            output_field=models.CharField(),
        )

    name = Replace(part(1, part(1, Lower(email), "@"), "+"), Value("."), Value(""))
    domain = part(2, Lower(email), "@")
    return ConcatPair(name, ConcatPair(Value("@"), domain))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the name; case does not matter."""

    email = PersonalEmailField(_("e-mail address"), unique=True, purpose="sign-in and notices")
    preferred_name = PersonalCharField(
        _("preferred name"), max_length=100, blank=True, purpose="how we address you"
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.ENGLISH
    )
    # The address without what mail servers ignore or people vary: case, dots, "+anything". Two
    # accounts with one mailbox are a question for staff, never an answer.
    mailbox = models.GeneratedField(
        expression=_mailbox("email"),
        output_field=models.CharField(_("mailbox"), max_length=254),
        db_persist=True,
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
        indexes = [
            models.Index(fields=["mailbox"], name="accounts_user_mailbox"),
            # Finds any part of an address.
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="accounts_user_words"),
        ]

    def __str__(self) -> str:
        return self.preferred_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = normalise_email(self.email)
