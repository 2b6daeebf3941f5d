"""A person lets a company see their profile, or no longer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import IN_FINAL
from applications.models import Application
from matching.models import CompanyConsent
from matching.queries import companies_in
from matching.rules import CONSENT_VERSION


class UnableToConsent(Refused):
    """The consent cannot be given; the message says why."""


def give_consent(
    *, application_id: int, company_id: int, by: User, now: datetime
) -> CompanyConsent:
    """Let one company see the profile. Giving it twice changes nothing.

    Raises:
        UnableToConsent: the person is not in the final, or the company offers nothing to them.
    """
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        live = CompanyConsent.objects.filter(
            application=application, company_id=company_id, withdrawn_at__isnull=True
        ).first()
        if live:
            return live
        if application.stage not in IN_FINAL:
            raise UnableToConsent(_("Companies see finalists only."))
        if not companies_in(application.cohort_id).filter(pk=company_id).exists():
            raise UnableToConsent(_("This company offers nothing to your cohort."))
        consent = CompanyConsent.objects.create(
            application=application,
            company_id=company_id,
            text_version=CONSENT_VERSION,
            language=get_language() or "en",
            given_at=now,
        )
        audit.record(consent, "give-consent", by=by, now=now)
        return consent


def withdraw_consent(*, application_id: int, company_id: int, by: User, now: datetime) -> bool:
    """Hide the profile from one company at its next request; return whether it was visible."""
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        live = CompanyConsent.objects.filter(
            application=application, company_id=company_id, withdrawn_at__isnull=True
        ).first()
        if live is None:
            return False
        live.withdrawn_at = now
        live.save(update_fields=["withdrawn_at"])
        audit.record(live, "withdraw-consent", by=by, now=now)
        return True
