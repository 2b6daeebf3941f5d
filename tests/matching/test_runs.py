"""Draw up, approve, publish."""

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts import approvable
from accounts.domain.approvals import UnableToApprove, UnableToEnd, take_back
from accounts.models import Approval
from accounts.verifiers import UnknownRun, verify
from applications.domain.stages import advance, stage_of
from applications.lifecycle import Move
from applications.models import Stage
from dtt.play.matching import publish_match_run, rank_everything
from matching.domain.consents import withdraw_consent
from matching.domain.runs import (
    UnableToMatch,
    approve_publication,
    publish_match,
    request_publication,
    run_match,
)
from matching.market import opportunities_of, seekers_of
from matching.models import MatchPair, MatchRun, UnmatchedPerson
from matching.queries import blocking_pairs_of
from matching.stability import blocking_pairs
from matching.verification import find_and_verify, verify_match
from notifications.models import Message
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


def draw(final: Final, seed: str = "seed") -> MatchRun:
    return run_match(cohort_id=final.cohort.pk, seed=seed, by=final.manager, now=final.after_close)


def approve(final: Final, run: MatchRun) -> None:
    request_publication(run_id=run.pk, by=final.manager, now=final.after_close)
    approve_publication(run_id=run.pk, approve=True, by=final.second, now=final.after_close)


def test_the_stored_rankings_lead_to_a_stable_match(final: Final) -> None:
    rank_everything(final.cohort, 1, final.now)

    run = draw(final)

    pairs = list(run.pairs.values_list("application_id", "opportunity_id"))
    assert pairs
    assert blocking_pairs(pairs, seekers_of(run.inputs), opportunities_of(run.inputs), "seed") == []
    assert run.pairs.count() + run.unmatched.count() == len(final.finalists)


def test_only_what_is_certified_and_consented_to_counts(final: Final) -> None:
    certified, uncertified, hidden, silent = final.finalists
    post = final.posts(final.harbour)[0]
    for person in (certified, uncertified, hidden):
        final.consent(person, final.harbour)
        final.person_ranks(person, post, certify=person != uncertified)
    final.company_ranks(post, [hidden], [uncertified, certified])
    withdraw_consent(
        application_id=hidden.pk, company_id=final.harbour.pk, by=hidden.user, now=final.now
    )

    run = draw(final)

    assert list(run.pairs.values_list("application_id", "person_rank", "opportunity_rank")) == [
        (certified.pk, 1, 1)
    ]
    assert list(run.unmatched.values_list("application_id", "reason")) == [
        (uncertified.pk, "nothing_listed"),
        (hidden.pk, "ranked_by_none"),
        (silent.pk, "nothing_listed"),
    ]


def test_the_same_rankings_and_seed_give_the_same_digests(final: Final) -> None:
    rank_everything(final.cohort, 1, final.now)

    first, again, other = draw(final), draw(final), draw(final, seed="another")

    assert (again.input_digest, again.result_digest) == (first.input_digest, first.result_digest)
    assert other.input_digest != first.input_digest
    assert [run.state for run in MatchRun.objects.order_by("number")] == [
        "discarded",
        "discarded",
        "drawn",
    ]


def test_nothing_is_matched_while_rankings_are_open(final: Final) -> None:
    with pytest.raises(UnableToMatch, match="open until"):
        run_match(cohort_id=final.cohort.pk, seed="seed", by=final.manager, now=final.now)


def test_publishing_takes_two_people(final: Final) -> None:
    run = draw(final)

    with pytest.raises(UnableToMatch, match="has not approved"):
        publish_match(run_id=run.pk, by=final.manager, now=final.after_close)
    with pytest.raises(UnableToMatch, match="Nobody has asked"):
        approve_publication(run_id=run.pk, approve=True, by=final.second, now=final.after_close)
    request_publication(run_id=run.pk, by=final.manager, now=final.after_close)
    with pytest.raises(UnableToApprove, match="cannot approve"):
        approve_publication(run_id=run.pk, approve=True, by=final.manager, now=final.after_close)


def test_a_request_about_a_match_that_is_drawn_up_again_waits_no_more(final: Final) -> None:
    earlier = draw(final)
    asked = request_publication(run_id=earlier.pk, by=final.manager, now=final.after_close)

    draw(final, seed="another")

    asked.refresh_from_db()
    earlier.refresh_from_db()
    assert (asked.state, earlier.state) == ("void", "discarded")


def test_an_approval_that_was_taken_back_publishes_no_match(final: Final) -> None:
    run = draw(final)
    approve(final, run)
    approval, at = Approval.objects.get(), final.after_close
    about = approvable.subject_of(approval)
    assert about == approvable.Subject(str(run), str(run), run.get_absolute_url())

    take_back(approval_id=approval.pk, reason="One consent is new.", by=final.second, now=at)
    with pytest.raises(UnableToMatch, match="took the approval back: One consent is new"):
        publish_match(run_id=run.pk, by=final.manager, now=at)
    approve(final, run)
    publish_match(run_id=run.pk, by=final.manager, now=at)

    newest = Approval.objects.latest("pk")
    with pytest.raises(UnableToEnd, match="has happened already"):
        take_back(approval_id=newest.pk, reason="Too late.", by=final.second, now=at)


def test_a_match_is_published_once_and_everybody_is_told_once(final: Final) -> None:
    lucky, unlucky = final.finalists[:2]
    post = final.posts(final.harbour)[0]
    final.consent(lucky, final.harbour)
    final.person_ranks(lucky, post)
    final.company_ranks(post, [lucky])
    run = draw(final)
    approve(final, run)
    before = Message.objects.filter(run=f"match:{run.pk}").count()

    for _time in range(2):
        publish_match(run_id=run.pk, by=final.manager, now=final.after_close)

    told = Message.objects.filter(run=f"match:{run.pk}")
    assert before == 0
    assert [stage_of(one.pk) for one in (lucky, unlucky)] == [Stage.MATCHED, Stage.FINALIST]
    assert sorted(told.values_list("kind", flat=True)) == [
        "match-company",
        "match-company",
        "match-found",
        "match-none",
        "match-none",
        "match-none",
    ]
    with pytest.raises(UnableToMatch, match="published already"):
        draw(final)
    assert blocking_pairs_of(final.cohort) == []


def test_a_match_is_not_published_when_somebody_has_left_since(final: Final) -> None:
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.person_ranks(person, post)
    final.company_ranks(post, [person])
    run = draw(final)
    approve(final, run)
    advance(application_ids=[person.pk], move=Move.WITHDRAW, by=person.user, now=final.after_close)

    with pytest.raises(UnableToMatch, match="Run the match again"):
        publish_match(run_id=run.pk, by=final.manager, now=final.after_close)

    assert not Message.objects.filter(run=f"match:{run.pk}").exists()
    assert draw(final).pairs.count() == 0


def test_a_published_match_is_recomputed_to_the_same(final: Final) -> None:
    rank_everything(final.cohort, 1, final.now)
    run = publish_match_run(
        final.cohort, "seed", final.manager, final.second, final.cohort.match_at
    )

    assert verify("match", "spring/1").matches
    assert find_and_verify(str(run.pk)).matches
    for wrong in ("spring/2", "spring/x", "0", "9" * 30, "", "a/b/c"):
        with pytest.raises(UnknownRun):
            find_and_verify(wrong)


def test_a_forged_result_is_found_out(final: Final) -> None:
    rank_everything(final.cohort, 1, final.now)
    run = draw(final)
    UnmatchedPerson.objects.create(
        run=run,
        application_id=run.pairs.first().application_id,
        reason=UnmatchedPerson.Reason.NO_VACANCY,
    )

    assert verify_match(run.pk).difference.startswith("unmatched: recomputed None, stored (")


def test_the_database_keeps_a_run_as_it_was(final: Final) -> None:
    rank_everything(final.cohort, 1, final.now)
    run = draw(final)

    for change in (
        lambda: MatchRun.objects.filter(pk=run.pk).update(seed="another"),
        lambda: MatchPair.objects.filter(run=run).update(person_rank=9),
        lambda: MatchPair.objects.filter(run=run).delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_drawing_up_takes_the_same_queries_for_any_number_of_people(
    final: Final, django_assert_max_num_queries: object
) -> None:
    rank_everything(final.cohort, 1, final.now)

    with django_assert_max_num_queries(16):
        draw(final)
