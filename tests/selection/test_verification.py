from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dtt.play.selection import Shortlist, draw_up_step
from selection.domain.drawing import draw_up
from selection.models import Entry, SeedCommitment, Selection
from selection.runs import decide
from tests.selection.conftest import Waiting

pytestmark = pytest.mark.django_db


def verify(run: object) -> str:
    """What the command prints; a difference must end it with status 1."""
    out = StringIO()
    arguments = ("verify", "selection", str(run))
    try:
        call_command(*arguments, stdout=out)
    except SystemExit as end:
        status = end.code
    else:
        status = 0
    printed = out.getvalue().strip()
    assert (status == 0) == (printed == "MATCH")
    return printed


def tamper(sql: str, *values: object) -> None:
    """Change a row as somebody with the database's superuser could: past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_untouched_run_matches(shortlist: Shortlist) -> None:
    assert verify(shortlist.selection.pk) == "MATCH"
    assert verify("spring/bootcamp/1") == "MATCH"


def test_a_tied_run_with_people_who_are_not_ranked_matches(waiting: Waiting, now: datetime) -> None:
    waiting.give(80, 60, "60.50", "60.5", "60.500", None, None, 10)

    selection = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    assert verify(selection.pk) == "MATCH"


def test_a_changed_score_is_found(shortlist: Shortlist) -> None:
    last = Entry.objects.get(position=8)

    tamper("UPDATE selection_entry SET score = 99 WHERE id = %s", last.pk)

    assert verify(shortlist.selection.pk) == (
        f"DIFFERENT: position 8, application {last.application_id}: score recomputed 10, stored 99"
    )


def test_a_removed_person_is_found(shortlist: Shortlist) -> None:
    last = Entry.objects.get(position=8)

    tamper("DELETE FROM selection_entry WHERE id = %s", last.pk)

    assert verify(shortlist.selection.pk) == (
        f"DIFFERENT: application {last.application_id} is missing from the stored list"
    )


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        (
            """UPDATE selection_entry SET scores = '{"test.score": "81"}' WHERE position = 1""",
            "the scores shown are not those that were ranked",
        ),
        ("UPDATE selection_selection SET cut_score = 1", "score at the line: recomputed 60"),
        ("UPDATE selection_selection SET result_digest = '0'", "digest of the result: recomputed"),
        (
            "UPDATE selection_selection SET inputs = jsonb_set(inputs, '{places}', '4')",
            "the inputs are not those whose digest was stored",
        ),
        (
            "UPDATE selection_seedcommitment SET seed = 'another'",
            "the seed is not the one that was committed",
        ),
    ],
)
def test_every_tampered_part_is_found(shortlist: Shortlist, sql: str, finding: str) -> None:
    tamper(sql)

    assert finding in verify(shortlist.selection.pk)


def test_the_export_of_inputs_and_seed_leads_to_the_list_outside_of_django(
    shortlist: Shortlist,
) -> None:
    selection = Selection.objects.get()
    seed = SeedCommitment.objects.get().seed

    result = decide(selection.inputs, seed)

    assert result.digest() == selection.result_digest
    assert [decision.key for decision in result.decisions] == list(
        selection.entries.values_list("application_id", flat=True)
    )


@pytest.mark.parametrize(
    "run",
    ["0", "99999999999999999999", "spring/bootcamp/2", "spring/bootcamp/²", "", "a/b", "\x00"],
)
def test_a_run_that_does_not_exist_is_said(shortlist: Shortlist, run: str) -> None:
    with pytest.raises(CommandError, match="no selection"):
        call_command("verify", "selection", run)


def test_a_run_that_is_not_ranked_yet_is_said(waiting: Waiting, now: datetime) -> None:
    selection = draw_up(
        cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now
    )

    with pytest.raises(CommandError, match="has not been ranked"):
        call_command("verify", "selection", str(selection.pk))
