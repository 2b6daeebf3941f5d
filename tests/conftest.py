"""What every test may use. Scenarios come from `dtt.play`, which also makes the demo."""

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.core.cache import cache

NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A Monday noon in Hong Kong."""
    return NOW


@pytest.fixture(autouse=True)
def _quick_and_clean(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
