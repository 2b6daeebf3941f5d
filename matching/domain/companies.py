"""Companies and their recruiters: staff add them; nobody signs up as a recruiter."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.people import register_person
from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from applications.models import Application
from matching.models import Company, Recruiter
from matching.rules import UNDERTAKING_VERSION


class UnableToAdd(Refused):
    """The company or the recruiter cannot be added; the message says why."""


def add_company(*, slug: str, by: User, now: datetime, **fields: Any) -> Company:
    """Add a partner company.

    Args:
        fields: the others of `Company`.

    Raises:
        UnableToAdd: there is one of this short name.
    """
    with transaction.atomic():
        if Company.objects.filter(slug=slug).exists():
            raise UnableToAdd(_("There is a company of this short name already."))
        company = Company.objects.create(slug=slug, **fields)
        audit.record(company, "add-company", by=by, now=now, after={"slug": slug})
        return company


def add_recruiter(
    *,
    company_id: int,
    email: str,
    by: User,
    now: datetime,
    name: str = "",
    language: str = "en",
    password: str | None = None,
    verified: bool = False,
) -> Recruiter:
    """Give a person a seat at a company; one who was removed comes back and signs anew."""
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=company_id)
        user = register_person(
            email=email,
            preferred_name=name,
            language=language,
            password=password,
            verified=verified,
            roles=(Role.RECRUITER,),
            by=by,
            now=now,
        )
        recruiter, created = Recruiter.objects.get_or_create(
            company=company, user=user, defaults={"added_at": now}
        )
        if created or recruiter.removed_at is not None:
            recruiter.removed_at = None
            recruiter.added_at = now
            recruiter.undertaking_version, recruiter.undertaking_accepted_at = "", None
            recruiter.save()
            audit.record(
                recruiter, "add-recruiter", by=by, now=now, after={"company": company.slug}
            )
        return recruiter


def remove_recruiter(*, recruiter_id: int, by: User, now: datetime) -> Recruiter:
    """End a person's access to a company's pages at their next request."""
    with transaction.atomic():
        recruiter = Recruiter.objects.select_for_update().get(pk=recruiter_id)
        if recruiter.removed_at is None:
            recruiter.removed_at = now
            recruiter.save(update_fields=["removed_at"])
            audit.record(recruiter, "remove-recruiter", by=by, now=now)
        return recruiter


def accept_undertaking(*, by: User, now: datetime) -> int:
    """Accept today's undertaking on the use of data, for all one's companies; return how many."""
    with transaction.atomic():
        seats = list(
            Recruiter.objects.select_for_update(of=("self",))
            .filter(user=by, removed_at__isnull=True)
            .exclude(undertaking_version=UNDERTAKING_VERSION)
            .order_by("pk")
        )
        for seat in seats:
            seat.undertaking_version = UNDERTAKING_VERSION
            seat.undertaking_accepted_at = now
        Recruiter.objects.bulk_update(seats, ["undertaking_version", "undertaking_accepted_at"])
        audit.record_many(
            [
                audit.event(
                    seat,
                    "accept-undertaking",
                    by=by,
                    now=now,
                    after={"version": UNDERTAKING_VERSION},
                )
                for seat in seats
            ]
        )
        return len(seats)


def record_view(*, application: Application, company: Company, by: User, now: datetime) -> None:
    """Write down that a company looked at a person's profile."""
    audit.record(application, "view-profile", by=by, now=now, after={"company": company.slug})
