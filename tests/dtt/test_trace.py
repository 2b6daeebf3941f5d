"""One name follows a request into the log and into the worker; secrets are not written."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg2.extensions import make_dsn

from accounts.models import Job
from accounts.roles import Role
from dtt import embedded
from dtt.logs import JsonFormatter, ReadableFormatter, RequestFilter
from dtt.play.people import make_cohort, make_user
from dtt.supervisor import worker_command
from tests.walk import FORM

PATIENCE = 60
NAME = "click-0123456789abcdef"


@pytest.mark.django_db
@pytest.mark.parametrize("told", ["abcdefgh", "0f8fad5b-d9cb-469f-a165-70867728950e", "a" * 64])
def test_a_well_formed_name_is_taken_and_answered(client: Client, told: str) -> None:
    assert client.get("/", headers={"x-request-id": told})["X-Request-ID"] == told


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told", ["", "short", "a" * 65, "with space", "a\nb-injected-line", "é" * 9]
)
def test_any_other_is_replaced(client: Client, told: str) -> None:
    answered = client.get("/", headers={"x-request-id": told})["X-Request-ID"]

    assert answered != told
    assert len(answered) == 32
    assert answered != client.get("/", headers={"x-request-id": told})["X-Request-ID"]


@pytest.mark.django_db
def test_a_request_writes_one_line_with_its_view_and_no_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(RequestFilter())
    with caplog.at_level(logging.INFO, logger="dtt.requests"):
        client.get("/calendar/a-secret-token.ics", headers={"x-request-id": NAME})

    [record] = [one for one in caplog.records if one.name == "dtt.requests"]
    line = json.loads(JsonFormatter().format(record))
    assert {key: line[key] for key in ("view", "method", "status", "request_id", "level")} == {
        "view": "calendar_feed",
        "method": "GET",
        "status": 404,
        "request_id": NAME,
        "level": "INFO",
    }
    assert "a-secret-token" not in json.dumps(line)


@pytest.mark.parametrize("formatter", [JsonFormatter(), ReadableFormatter()])
@pytest.mark.parametrize(
    "address",
    [
        "/calendar/SECRET.ics",
        "/account/password/reset/key/SECRET/",
        "/messages/unsubscribe/SECRET:1v:x",
        "/account/confirm-email/SECRET/",
    ],
)
def test_what_opens_something_is_not_written(formatter: logging.Formatter, address: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "Error: %s", (address,), None)

    line = formatter.format(record)

    assert "SECRET" not in line
    assert "\n" not in line


@pytest.fixture
def worker_log(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """What a real worker writes that works on the test's own database and queue."""
    log = tmp_path / "worker.log"
    environment = os.environ | {
        "DATABASE_URL": make_dsn(embedded.database_url(), dbname=connection.settings_dict["NAME"]),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }
    with log.open("w") as file:
        worker = subprocess.Popen(
            [sys.executable, *worker_command(concurrency=1)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    yield log
    worker.terminate()
    worker.wait(timeout=PATIENCE)


@pytest.mark.worker
def test_one_word_finds_a_click_and_what_the_worker_did_for_it(worker_log: Path) -> None:
    now = datetime.now(UTC)
    cohort = make_cohort(now=now)
    browser = Client()
    browser.force_login(make_user("manager@staff.example", Role.PROGRAMME_MANAGER))
    header, row = FORM.splitlines()
    rows = "\n".join([header, *(row.replace("a@", f"a{number}@") for number in range(6000))])
    upload = {"cohort": cohort.pk, "file": SimpleUploadedFile("people.csv", rows.encode())}

    columns = browser.post(reverse("admin:applications_upload"), upload)["Location"]

    browser.post(columns, shown_in(browser, columns), headers={"x-request-id": NAME})

    assert Job.objects.count() == 1
    wait_until(lambda: lines_with(NAME, worker_log))
    [line] = lines_with(NAME, worker_log)
    said = (line["logger"], line["task"], line["state"])
    assert said == ("dtt.tasks", "accounts.run_job", "SUCCESS")


def shown_in(browser: Client, page: str) -> dict[str, str]:
    """What the page of the columns suggests, as a press of its button sends it."""
    form = browser.get(page).context["form"]
    return {field.html_name: field.value() or "" for field in form}


def lines_with(name: str, log: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.read_text().splitlines() if name in line]


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
