"""Scenes of the applications' tests."""

from datetime import datetime

import pytest

from applications.models import Cohort
from dtt.play.people import make_cohort


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    """Takes applications now, for two weeks."""
    return make_cohort(now=now)
