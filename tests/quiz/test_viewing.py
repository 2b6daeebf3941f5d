"""Nobody looks on, as the person, at somebody who is taking the quiz."""

from datetime import timedelta

import pytest

from accounts.domain.viewing import UnableToView, Viewing, hindrance_to, start_viewing
from quiz.domain.sitting import open_attempt, submit_attempt
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db


def test_nobody_looks_on_during_a_live_attempt(hall: Hall) -> None:
    now, person, manager = hall.opens_at, hall.first.user, hall.manager
    viewing = start_viewing(user_id=person.pk, reason="called", by=manager, now=now)
    before = hindrance_to(viewing, now)

    attempt = open_attempt(application_id=hall.first.pk, quiz_id=hall.quiz.pk, by=person, now=now)

    with pytest.raises(UnableToView, match="taking the quiz now"):
        start_viewing(user_id=person.pk, reason="called again", by=manager, now=now)
    during = hindrance_to(viewing, now)
    later = now + timedelta(minutes=1)
    submit_attempt(attempt_id=attempt.pk, by=person, now=later)
    after = hindrance_to(Viewing(manager, person, later), later)
    assert (before, during, after) == ("", "This person is taking the quiz now.", "")
