"""A published run leaves the house as a file from which others come to the same list."""

import importlib.util
import json
import subprocess
import sys
from datetime import datetime
from decimal import Context, Decimal, Inexact, localcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from dtt.play.selection import Shortlist, draw_up_step
from selection import canonical
from selection.domain.exporting import UnableToExport, export_run
from selection.ranking import TiePolicy, seed_commitment
from selection.runs import Override, Way, decide, snapshot
from tests.selection.conftest import Waiting

SCRIPT = Path(settings.BASE_DIR) / "docs" / "verify_selection.py"
SEED = "plum-orchard-27"
_spec = importlib.util.spec_from_file_location("verify_selection", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
outside = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(outside)

scores = (
    st.none()
    | st.integers(0, 3).map(Decimal)
    | st.sampled_from([Decimal("1.50"), Decimal("0.333")])
)


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Any]:
    """A run with many ties, missing scores and people moved by hand, as it is exported."""
    candidates = draw(st.dictionaries(st.integers(1, 60), st.tuples(scores, scores), max_size=25))
    complete = [key for key, row in candidates.items() if None not in row]
    places = draw(st.integers(1, 8))
    moved = draw(st.lists(st.sampled_from(complete), unique=True, max_size=4)) if complete else []
    inputs = snapshot(
        cohort="spring",
        step="bootcamp",
        criteria=[("a", Decimal("0.6")), ("b", Decimal("0.4"))],
        tie_breakers=draw(st.sampled_from([(), ("b",)])),
        tie_policy=draw(st.sampled_from(TiePolicy)),
        places=places,
        cap=places + draw(st.integers(0, 3)),
        reserves=draw(st.integers(0, 6)),
        commitment=seed_commitment(SEED),
        candidates=candidates,
        overrides=[Override(key, draw(st.sampled_from(Way)), "error") for key in moved],
    )
    result = decide(inputs, SEED)
    return {
        "inputs": inputs,
        "input_digest": canonical.digest(inputs),
        "seed": SEED,
        "result": canonical.plain(result),
        "result_digest": result.digest(),
    }


def check(run: dict[str, Any]) -> str:
    """What the script outside finds, in the arithmetic that it runs with."""
    with localcontext(Context(prec=100, traps=[Inexact])):
        return str(outside.check(json.loads(json.dumps(run))))


@given(runs())
def test_the_script_outside_comes_to_the_same_bytes(run: dict[str, Any]) -> None:
    assert check(run) == ""


@given(runs(), st.data())
def test_the_script_outside_finds_whatever_was_changed(run: dict[str, Any], data: Any) -> None:
    decisions = run["result"]["decisions"]
    if decisions:
        row = data.draw(st.sampled_from(decisions))
        row["outcome"] = "selected" if row["outcome"] != "selected" else "not-selected"
    else:
        run["result"]["seats"] = 1

    assert check(run) != ""


@pytest.mark.django_db
def test_the_file_of_a_published_list_is_checked_by_the_command(
    shortlist: Shortlist, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    content = export_run(
        selection_id=shortlist.selection.pk, reason="Audit", by=shortlist.staff.asker, now=now
    )
    file.write_bytes(content)

    said = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)], capture_output=True, text=True, check=False
    )

    assert (said.stdout, said.stderr, said.returncode) == ("MATCH\n", "", 0)
    event = AuditEvent.objects.get(verb="export-run")
    assert (event.reason, event.after) == ("Audit", {"people": 8})
    people = shortlist.selected + shortlist.reserves + shortlist.rejected
    assert [p for p in people if p.reference in content.decode()] == []


@pytest.mark.django_db
def test_a_list_that_is_not_published_keeps_its_seed(waiting: Waiting, now: datetime) -> None:
    selection = draw_up_step(
        waiting.give(*range(8)).cohort, "bootcamp", by=waiting.staff.asker, now=now
    )

    with pytest.raises(UnableToExport, match="not published yet"):
        export_run(selection_id=selection.pk, reason="Curious", by=waiting.staff.asker, now=now)


@pytest.mark.django_db
def test_staff_take_the_file_with_a_reason_and_not_without(shortlist: Shortlist) -> None:
    browser = Client()
    browser.force_login(shortlist.staff.asker)
    address = reverse("admin:selection_selection_export", args=[shortlist.selection.pk])

    without, taken = browser.post(address), browser.post(address, {"reason": "Audit"})

    assert without.status_code == 302
    assert taken["Content-Disposition"] == 'attachment; filename="spring-bootcamp-1.json"'
    assert json.loads(taken.content)["run"] == "spring/bootcamp/1"
