"""Scenes of the messages' tests."""

from datetime import datetime

import pytest

from accounts.models import User
from applications.models import Cohort
from dtt.play.people import make_cohort
from dtt.play.selection import make_staff


@pytest.fixture
def staff(now: datetime) -> list[User]:
    made = make_staff(now=now)
    return [made.asker, made.second]


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    return make_cohort(now=now)
