"""What every test may use. Scenarios come from `dtt.play`, which also makes the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

# A shared machine may pause at any moment; a property is about values, not about time. Fifty
# examples each keep the whole suite short: `pytest --hypothesis-profile=thorough` tries more.
hypothesis_settings.register_profile("dtt", deadline=None, max_examples=50, derandomize=True)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=1000)
hypothesis_settings.load_profile("dtt")

NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction that leaves nothing behind; verbs that must be outermost may run in it."""
    outermost = transaction.atomic()
    outermost._from_testcase = True
    with outermost:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A test that commits is cleaned up by emptying every table, which the trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER audit_event_is_kept")
        cursor.execute("ALTER TABLE accounts_auditseal DISABLE TRIGGER audit_seal_is_kept")


@pytest.fixture
def now() -> datetime:
    """A Monday noon in Hong Kong."""
    return NOW


@pytest.fixture(autouse=True)
def _quick_and_clean(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True  # else each client walks through all static files
    translation.activate("en")  # a page in Chinese leaves its language to the thread
    cache.clear()
