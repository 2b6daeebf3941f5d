"""What is unusual about people who would be told: who may not learn it, or may be there twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from applications.domain.duplicates import open_pairs
from applications.models import Application
from notifications.models import AddressTrouble
from selection.models import Selection
from selection.previews import Foretold

Told = dict[int, Application]
"""By the person's id."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom it is about, where one can look into it, and what is known."""

    application: Application
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to look at before a run is published, and whom it is about."""

    title: str
    advice: str
    people: list[Person]


def cautions(selection: Selection, foretold: Foretold) -> list[Caution]:
    """Everything unusual about this run's people; four queries, however many they are."""
    told = {
        entry.application.user_id: entry.application
        for entries in foretold.by_letter.values()
        for entry in entries
    }
    # Ids as they are and no joins: what the planner makes of a list that was drawn up a second ago
    # depends on statistics that it does not have yet.
    emails = dict(User.objects.filter(pk__in=told).order_by("pk").values_list("pk", "email"))
    of_told = EmailAddress.objects.filter(user__in=list(told), verified=True)
    confirmed = {(pk, email.lower()) for pk, email in of_told.values_list("user", "email")}
    unconfirmed = [pk for pk, email in emails.items() if (pk, email.lower()) not in confirmed]
    found = [
        Caution(
            _("No e-mail address"),
            _("No mail reaches them: they read it on the site only, if they look."),
            _accounts(told, [pk for pk, email in emails.items() if not email]),
        ),
        Caution(
            _("The address was never confirmed"),
            _("It may be another person’s, or misspelt."),
            _accounts(told, [pk for pk in unconfirmed if emails[pk]]),
        ),
        Caution(
            _("The address is in trouble"),
            _("Reach them by telephone, or have the address put right."),
            _in_trouble(told, emails),
        ),
        Caution(
            _("May be one person’s second application"),
            _("Decide whether they are two people before two places are given."),
            _pairs(selection, told.values()),
        ),
        Caution(
            _("Left since the run was drawn up"),
            _("They are told nothing, and their seats go to the next in turn."),
            [
                Person(
                    entry.application,
                    reverse("admin:applications_application_change", args=[entry.application_id]),
                    str(entry.application.get_stage_display()),
                )
                for entry in foretold.gone
            ],
        ),
    ]
    return [caution for caution in found if caution.people]


def _accounts(told: Told, ids: Iterable[int]) -> list[Person]:
    return [Person(told[pk], reverse("admin:accounts_user_change", args=[pk])) for pk in ids]


def _in_trouble(told: Told, emails: dict[int, str]) -> list[Person]:
    troubles = AddressTrouble.objects.filter(person__in=list(told), settled_at=None)
    return [
        Person(
            told[trouble.person_id],
            reverse("admin:notifications_addresstrouble_change", args=[trouble.pk]),
            str(trouble.get_kind_display()),
        )
        for trouble in troubles.order_by("person_id", "pk")
        if trouble.address == emails[trouble.person_id]
    ]


def _pairs(selection: Selection, told: Iterable[Application]) -> list[Person]:
    by_id = {application.pk: application for application in told}
    return [
        Person(
            by_id[mine],
            reverse("admin:applications_duplicate", args=[case.pk]),
            str(case.get_reason_display()),
        )
        for case in open_pairs(selection.cohort_id)
        for mine in (case.first_id, case.second_id)
        if mine in by_id
    ]
