"""A pytest plugin, loaded before Django reads its settings: starts the services the tests need.

Each test process copies its database from a template that is migrated once.

Each test process has a Redis database of its own, so that tests neither see nor disturb the queue
of a program that runs from the same checkout.
"""

import os
import tempfile

import pytest
from django.conf import settings

from dtt import cycles, embedded
from tests import templates

FIRST_DATABASE = 4

embedded.provide()
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
_base = embedded.redis_url().split("?")[0]
os.environ["REDIS_URL"] = f"{_base}?db={FIRST_DATABASE + int(_worker) % 10}"
os.environ["DTT_DEMO"] = "1"
_files = tempfile.TemporaryDirectory(prefix="dtt-files-")  # gone with this process
_counts = tempfile.TemporaryDirectory(prefix="dtt-counts-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _counts.name
os.environ["FILES_URL"] = f"file://{_files.name}"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Only who runs tests needs the template; whoever hands them out runs none."""
    if os.environ.get("PYTEST_XDIST_WORKER") or not session.config.getoption("numprocesses", None):
        template = templates.migrated(embedded.database_url())
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template


def pytest_collection_finish() -> None:
    cycles.look_seldom()
