from datetime import datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from accounts.domain.people import register_person
from accounts.models import AuditEvent, User
from accounts.roles import Role, has_role

LOOKS_PERSONAL = {"email", "phone", "mobile", "surname", "given", "motivation", "needs", "answer"}
FORBIDDEN = {"hkid", "birth", "sex", "gender", "nationality", "photo", "marital", "religion"}
OURS = (
    *("accounts", "notifications", "applications", "selection"),
    *("quiz", "bootcamp", "matching", "monitoring"),
)


@pytest.mark.django_db
def test_case_and_spaces_do_not_make_another_person(now: datetime) -> None:
    first = register_person(email="Tai.Man@dtt.example", now=now)

    again = register_person(email="  tai.man@DTT.example ", now=now)

    assert (again, User.objects.count(), again.email) == (first, 1, "tai.man@dtt.example")


@pytest.mark.django_db
def test_a_role_is_given_once_and_recorded() -> None:
    said = StringIO()
    for _ in range(2):
        call_command("grant_role", "lead@dtt.example", "programme-manager", stdout=said)

    user = User.objects.get()
    assert has_role(Role.PROGRAMME_MANAGER)(user)
    assert user.is_staff
    assert said.getvalue() == "lead@dtt.example: programme-manager\n" * 2
    assert AuditEvent.objects.filter(verb="grant-role").count() == 1


@pytest.mark.django_db
def test_an_unknown_role_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(CommandError, match="programme-manager"):
        call_command("grant_role", "lead@dtt.example", "emperor")

    assert not User.objects.exists()


def test_nothing_is_asked_that_must_never_be_asked() -> None:
    asked = [str(field) for field in fields() if FORBIDDEN.intersection(words(field))]

    assert asked == []


def test_what_looks_personal_says_why_it_is_held() -> None:
    silent = [
        str(field)
        for field in fields()
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and LOOKS_PERSONAL.intersection(words(field))
        and not (getattr(field, "personal", False) and getattr(field, "purpose", ""))
    ]

    assert silent == ["applications.Programme.contact_email"]


def fields() -> list[models.Field]:
    return [
        field
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
    ]


def words(field: models.Field) -> set[str]:
    return set(field.name.split("_"))
