"""A dump restores to the same rows; a table that differs is named; a failure leaves nothing."""

import stat
from datetime import datetime
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2.extensions import make_dsn

from dtt import drill, embedded
from dtt.play.people import make_applicants, make_cohort

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, now: datetime) -> str:
    """The test's own database, with people in it."""
    make_applicants(make_cohort(now=now), 5, now=now)
    name = str(connection.settings_dict["NAME"])
    monkeypatch.setattr("dtt.management.commands.restore_drill.DRILL_DATABASE", f"{name}_drill")
    address = make_dsn(embedded.database_url(), dbname=name)
    monkeypatch.setenv("DATABASE_URL", address)
    return address


def databases(address: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def test_the_drill_restores_the_same_rows_table_by_table(address: str, tmp_path: Path) -> None:
    before, said, kept = databases(address), StringIO(), tmp_path / "dump"

    call_command("restore_drill", keep=str(kept), stdout=said)

    lines = [line.split() for line in said.getvalue().splitlines()]
    tables = {line[0]: line[1:] for line in lines if line[-1] in ("equal", "DIFFERS")}
    assert tables.keys() == set(connection.introspection.table_names())
    assert tables["applications_application"] == ["5", "5", "equal"]
    assert "MATCH" in said.getvalue()
    assert databases(address) == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_table_that_lost_rows_is_named(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = drill.dump(address, tmp_path / "dump")
    name = f"{connection.settings_dict['NAME']}_lost"
    with drill.fresh_database(address, name) as fresh:
        drill.restore(tmp_path / "dump", fresh)
        with psycopg2.connect(fresh) as link, link.cursor() as cursor:
            cursor.execute("DELETE FROM applications_submission")
            cursor.execute("DROP TABLE django_session")
        link.close()
        with psycopg2.connect(fresh) as link, link.cursor() as cursor:
            restored = drill._counts(cursor)
        link.close()

    wrong = [line for line in drill.compare(counts, restored) if not line.matches]
    assert [(line.table, line.restored) for line in wrong] == [
        ("applications_submission", 0),
        ("django_session", None),
    ]


def test_a_database_of_that_name_is_not_touched(address: str) -> None:
    name = f"{connection.settings_dict['NAME']}_drill"
    with drill.fresh_database(address, name), pytest.raises(CommandError, match="already"):
        call_command("restore_drill", stdout=StringIO())


def test_a_dump_that_fails_leaves_no_file_and_tells_no_password(tmp_path: Path) -> None:
    with pytest.raises(drill.DrillFailed) as failed:
        drill._run("pg_dump", "postgresql://a:very-secret@127.0.0.1:9/b", "--file=/dev/null")

    assert "very-secret" not in str(failed.value)


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    kept = tmp_path / "dump"
    kept.write_text("mine")

    with pytest.raises(CommandError, match="exists"):
        call_command("restore_drill", keep=str(kept))

    assert kept.read_text() == "mine"
