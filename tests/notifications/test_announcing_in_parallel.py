"""Two tabs, two people, one letter to many: it is sent once. Each on a connection of its own."""

from datetime import datetime

import pytest

from accounts.domain.approvals import decide
from accounts.models import Approval, User
from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import make_user
from notifications.domain.announcing import drop_announcement
from notifications.models import Announcement, Message
from tests.notifications.announcements import confirm, crowd, notice, request_for, state
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_tabs_that_confirm_at_once_send_once(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 5, now=now)
    written = notice(cohort, staff[0], now)

    done = at_once([lambda: confirm(written, now)] * 5)

    assert sorted(done) == ["UnableToAnnounce"] * 4 + ["done"]
    assert Message.objects.filter(run=written.run).count() == 5
    assert Announcement.objects.get().told == 5


def test_tabs_and_second_persons_at_once_ask_once_and_send_once(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    third = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)

    asked = at_once([lambda: confirm(written, now)] * 5)
    request = request_for(written)
    decided = at_once(
        [
            lambda by=by: decide(
                approval_id=request.pk, approve=True, digest=request.digest, by=by, now=now
            )
            for by in (staff[1], third, staff[1], third)
        ]
    )

    assert sorted(asked) == ["UnableToAnnounce"] * 4 + ["done"]
    assert sorted(decided) == ["UnableToApprove"] * 3 + ["done"]
    assert (Approval.objects.count(), Message.objects.count()) == (1, 21)


def test_of_dropping_and_agreeing_at_once_one_wins_whole(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    request = request_for(written)

    done = at_once(
        [
            lambda: drop_announcement(announcement_id=written.pk, reason="x", by=staff[0], now=now),
            lambda: decide(
                approval_id=request.pk,
                approve=True,
                digest=request.digest,
                by=staff[1],
                now=now,
            ),
        ]
    )

    assert done.count("done") == 1
    outcome = (state(written), request_for(written).state, Message.objects.count())
    assert outcome in (("dropped", "void", 0), ("sent", "approved", 21))
