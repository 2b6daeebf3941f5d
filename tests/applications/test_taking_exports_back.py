"""A list is taken while its approval is taken back, each on a connection of its own."""

from datetime import datetime
from functools import partial

import pytest

from accounts.domain.approvals import decide, take_back
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from applications.domain.exporting import MANY, ask_export, ask_second_person, take_export
from applications.models import Stage
from dtt.play.people import make_cohort, make_user
from notifications.models import Message
from tests.applications.test_exporting import crowd
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def take_and_close(export_id: int, by: User, now: datetime) -> None:
    take_export(export_id=export_id, by=by, now=now).file.close()


def test_either_the_list_goes_and_the_approval_stands_or_it_was_taken_back_and_none_goes(
    now: datetime,
) -> None:
    manager, second = (
        make_user(f"{name}@dtt.example", Role.PROGRAMME_MANAGER, now=now)
        for name in ("manager", "second")
    )
    cohort = make_cohort(now=now)
    crowd(cohort, MANY + 1, "a", Stage.PLACE_CONFIRMED, now)
    for number in range(1, 5):
        export = ask_export(
            cohort_id=cohort.pk,
            purpose="attendance",
            format="csv",
            reason=f"Day {number}.",
            by=manager,
            now=now,
        )
        asked = ask_second_person(export_id=export.pk, by=manager, now=now)
        decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)
        take = partial(take_and_close, export.pk, manager, now)
        undo = partial(take_back, approval_id=asked.pk, reason="x", by=second, now=now)

        done = at_once([undo, take])

        asked.refresh_from_db()
        gone = AuditEvent.objects.filter(verb="export", object_id=str(export.pk)).count()
        told = Message.objects.filter(run=f"approval:{asked.pk}:taken-back").count()
        outcome = (asked.state, gone, told, done[0] == "done", done[1] == "done")
        assert outcome in (
            (Approval.State.APPROVED, 1, 0, False, True),
            (Approval.State.TAKEN_BACK, 0, 1, True, False),
        )
