"""Offers: sent by the company, answered by the person, ended by the clock.

Every verb locks in one order: the opportunity, the application, the offer. So two answers at one
moment wait for each other and the second sees what the first did.
"""

from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Stage
from matching import letters
from matching.domain.references import new_reference
from matching.models import MatchPair, MatchRun, Offer, Opportunity, Recruiter
from matching.queries import candidates_of, holidays
from matching.rules import UNDERTAKING_VERSION
from matching.working_days import stands_until
from notifications.domain.outbox import Telling, queue
from notifications.moments import HONG_KONG, say_instant

OFFER_STANDS_DAYS = 3
State = Offer.State


class UnableToOffer(Refused):
    """The offer cannot be made or withdrawn; the message says why."""


class UnableToAnswer(Refused):
    """The offer cannot be answered so; the message says why."""


def send_offer(*, pair_id: int, conditions: str, by: User, now: datetime) -> Offer:
    """Make the offer to a matched person. Sending it twice returns the one that waits.

    Raises:
        UnableToOffer: `by` does not recruit for the company, the match is not published, the
            person is not (any more) waiting for this offer, or every place is taken.
    """
    with transaction.atomic():
        pair = MatchPair.objects.select_related("run").get(pk=pair_id)
        opportunity, application = _locked(pair.opportunity_id, pair.application_id)
        _require_recruiter(opportunity, by)
        waiting = Offer.objects.filter(pair=pair, state=State.SENT).first()
        if waiting:
            return waiting
        if pair.run.state != MatchRun.State.PUBLISHED or application.stage != Stage.MATCHED:
            raise UnableToOffer(_("This person is not waiting for an offer."))
        if not candidates_of(opportunity.company_id).filter(pk=application.pk).exists():
            raise UnableToOffer(_("This person no longer lets the company see them."))
        _require_place(opportunity, UnableToOffer)
        if not conditions.strip():
            raise UnableToOffer(_("Write down the conditions of the offer."))
        offer = Offer.objects.create(
            reference=new_reference("OFR"),
            pair=pair,
            application=application,
            opportunity=opportunity,
            conditions=conditions.strip(),
            sent_at=now,
            sent_by=by,
            expires_at=stands_until(
                now, days=OFFER_STANDS_DAYS, holidays=holidays(), zone=HONG_KONG
            ),
        )
        audit.record(offer, "send-offer", by=by, now=now)
        queue([letters.offer_sent(offer)], now=now)
        return offer


def answer_offer(*, offer_id: int, accept: bool, by: User, now: datetime) -> Offer:
    """Accept or decline. The same answer again changes nothing.

    Raises:
        UnableToAnswer: it was answered otherwise, has lapsed or was withdrawn, another offer was
            accepted, or every place has been taken.
    """
    with transaction.atomic():
        offer = _locked_offer(offer_id)
        if offer.application.user_id != by.pk:
            raise UnableToAnswer(_("Only the person to whom it was made answers an offer."))
        wanted = State.ACCEPTED if accept else State.DECLINED
        if offer.state == wanted:
            return offer
        _require_waiting(offer, now)
        if offer.application.stage != Stage.MATCHED:
            raise UnableToAnswer(
                _("You have accepted another offer, or have left; this one no longer stands.")
            )
        if accept:
            _require_place(offer.opportunity, UnableToAnswer)
        offer.state, offer.answered_at = wanted, now
        offer.save(update_fields=["state", "answered_at"])
        _move(offer, Move.HIRE if accept else Move.UNMATCH, by=by, now=now)
        audit.record(offer, "accept-offer" if accept else "decline-offer", by=by, now=now)
        tellings = letters.to_recruiters(offer, "offer-accepted" if accept else "offer-declined")
        if accept:
            tellings.append(letters.offer_confirmed(offer))
        queue(tellings, now=now)
        return offer


def withdraw_offer(*, offer_id: int, by: User, now: datetime, reason: str = "") -> Offer:
    """Take back an offer that has not been answered; the company may make a new one.

    Raises:
        UnableToOffer: it has been answered or has lapsed.
    """
    with transaction.atomic():
        offer = _locked_offer(offer_id)
        _require_recruiter(offer.opportunity, by)
        if offer.state == State.WITHDRAWN:
            return offer
        if offer.state != State.SENT:
            raise UnableToOffer(_("This offer has been answered or has lapsed."))
        offer.state = State.WITHDRAWN
        offer.save(update_fields=["state"])
        audit.record(offer, "withdraw-offer", by=by, now=now, reason=reason)
        queue([letters.offer_withdrawn(offer)], now=now)
        return offer


def expire_offers(*, now: datetime) -> int:
    """End the offers whose time is over, each in its own transaction; return how many.

    One that cannot be ended stops no other: its error surfaces when all others are done.
    """
    due = Offer.objects.filter(state=State.SENT, expires_at__lte=now).order_by("expires_at", "pk")
    ended: list[bool] = []
    with ExitStack() as stack:  # what was called back last is done first, whatever the others raise
        for offer_id in due.reverse().values_list("pk", flat=True):
            stack.callback(lambda pk: ended.append(_expire(pk, now=now)), offer_id)
    return sum(ended)


def _expire(offer_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        offer = _locked_offer(offer_id)
        if offer.state != State.SENT or offer.expires_at > now:
            return False
        offer.state = State.EXPIRED
        offer.save(update_fields=["state"])
        audit.record(offer, "expire-offer", by=None, now=now)
        tellings: list[Telling] = letters.to_recruiters(offer, "offer-lapsed")
        if offer.application.stage == Stage.MATCHED:
            _move(offer, Move.UNMATCH, by=None, now=now)
            tellings.append(letters.offer_expired(offer))
        queue(tellings, now=now)
        return True


def _locked(opportunity_id: int, application_id: int) -> tuple[Opportunity, Application]:
    opportunity = (
        Opportunity.objects.select_for_update(of=("self",))
        .select_related("company", "cohort")
        .get(pk=opportunity_id)
    )
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("user", "cohort")
        .get(pk=application_id)
    )
    return opportunity, application


def _locked_offer(offer_id: int) -> Offer:
    partners = Offer.objects.values_list("opportunity_id", "application_id").get(pk=offer_id)
    opportunity, application = _locked(*partners)
    offer = Offer.objects.select_for_update().get(pk=offer_id)
    offer.opportunity, offer.application = opportunity, application
    return offer


def _require_recruiter(opportunity: Opportunity, by: User) -> None:
    seats = Recruiter.objects.active().who_accepted(UNDERTAKING_VERSION)
    if not seats.filter(company_id=opportunity.company_id, user=by).exists():
        raise UnableToOffer(_("Only recruiters of the company make its offers."))


def _require_waiting(offer: Offer, now: datetime) -> None:
    if offer.state in (State.ACCEPTED, State.DECLINED):
        raise UnableToAnswer(
            _("You have answered this offer already: %(answer)s.")
            % {"answer": offer.get_state_display()}
        )
    if offer.state == State.WITHDRAWN:
        raise UnableToAnswer(_("The company has withdrawn this offer."))
    if offer.state == State.EXPIRED or now >= offer.expires_at:
        raise UnableToAnswer(
            _("This offer stood until %(at)s and can no longer be answered.")
            % {"at": say_instant(offer.expires_at)}
        )


def _require_place(opportunity: Opportunity, refusal: type[Refused]) -> None:
    taken = Offer.objects.filter(opportunity=opportunity, state=State.ACCEPTED).count()
    if taken >= opportunity.vacancies:
        raise refusal(_("Every place of this opportunity has been taken."))


def _move(offer: Offer, move: Move, *, by: User | None, now: datetime) -> None:
    advance(application_ids=[offer.application_id], move=move, by=by, now=now)
