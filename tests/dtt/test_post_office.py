"""A worker is killed in the middle of its round: nobody gets a second copy, and nobody is lost."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from psycopg2.extensions import make_dsn

from dtt import embedded
from dtt.benches.post_office import (
    PostOffice,
    post_office,
    unsettled,
    wait_until,
    write_letters,
)
from notifications.domain.delivery import CHUNK
from notifications.models import Message

pytestmark = pytest.mark.worker
LETTERS = 300


@pytest.fixture
def office(transactional_db: None) -> Iterator[PostOffice]:
    database = make_dsn(embedded.database_url(), dbname=connection.settings_dict["NAME"])
    with post_office({"DATABASE_URL": database}) as office:
        yield office


def test_a_killed_worker_costs_nobody_a_second_copy(office: PostOffice) -> None:
    write_letters(LETTERS, run="fault", now=datetime.now(UTC))
    office.start_worker("one")
    office.ask()
    wait_until(lambda: sum(office.letters().values()) > CHUNK, "the first letters")
    office.end("one", how=signal.SIGKILL)
    held = unsettled("fault")

    office.start_worker("two")
    office.ask()
    waiting = Message.objects.filter(state=Message.State.QUEUED)
    wait_until(lambda: not waiting.exists(), "the others")
    on_their_way = Message.objects.filter(state=Message.State.SENDING)
    wait_until(lambda: on_their_way.count() <= CHUNK, "the last round")
    office.end("two")

    taken = office.letters()
    states = {str(uuid): state for uuid, state in Message.objects.values_list("uuid", "state")}
    doubtful = {uuid for uuid, state in states.items() if state == Message.State.SENDING}
    assert held > 0
    assert max(taken.values()) == 1
    assert set(states) - set(taken) <= doubtful
    assert len(doubtful) <= CHUNK
