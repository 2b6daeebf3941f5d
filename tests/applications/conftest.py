"""Scenes of the applications' tests."""

from datetime import datetime

import pytest
from django.conf import LazySettings

from applications.models import Cohort
from dtt.play.people import make_cohort


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    """Takes applications now, for two weeks."""
    return make_cohort(now=now)


@pytest.fixture(autouse=True)
def _static_files_on_demand(settings: LazySettings) -> None:
    """Otherwise every new client would walk through all the static files."""
    settings.WHITENOISE_AUTOREFRESH = True
