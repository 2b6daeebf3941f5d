"""The embedded servers: started once, shared, stopped after the last user however it went."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dtt.embedded.places import Places, UnsafePlace, claim, open_to_everybody

PROJECT = Path(__file__).resolve().parents[2]
USER = """
import sys
from pathlib import Path
import psycopg2
from dtt.embedded import lease, postgres, valkey
from dtt.embedded.places import Places
here = Places(Path(sys.argv[1]))
lease.hold(here, [postgres.ensure_running, valkey.ensure_running])
with psycopg2.connect(postgres.url(here)) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT pg_advisory_xact_lock(1)")  # IF NOT EXISTS is not for two at once
    cursor.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
    if len(sys.argv) > 2:
        cursor.execute("INSERT INTO kept VALUES (%s)", [sys.argv[2]])
    cursor.execute("SELECT string_agg(word, ',' ORDER BY word) FROM kept")
    words = cursor.fetchone()[0]
print("ready", words, flush=True)  # what was written is committed now
connection.close()
sys.stdin.read()
"""


class Program:
    """A program that uses the servers until it is told to end, or killed."""

    def __init__(self, var: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(var), *words],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate("")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder under a path far longer than a socket's name may be."""
    var = tmp_path / ("a long way down " * 7) / "var"
    var.mkdir(parents=True)
    yield var
    places = Places(var)
    wait_until(lambda: not running(places))
    shutil.rmtree(places.postgres_data())
    shutil.rmtree(places.sockets)


def running(places: Places) -> bool:
    pid_file = places.postgres_data() / "postmaster.pid"
    return pid_file.exists() or places.valkey_socket.exists()


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def postmaster(places: Places) -> int:
    return int((places.postgres_data() / "postmaster.pid").read_text().split()[0])


def test_the_servers_outlive_one_user_and_stop_with_the_last(var: Path) -> None:
    places = Places(var)
    first = Program(var, "one")
    assert first.first_line() == "ready one"
    second = Program(var, "two")
    assert second.first_line() == "ready one,two"
    pid = postmaster(places)

    first.end()
    assert postmaster(places) == pid
    second.kill()

    wait_until(lambda: not running(places))


def test_what_was_written_before_a_kill_is_there_at_the_next_start(var: Path) -> None:
    places = Places(var)
    first = Program(var, "kept")
    assert first.first_line() == "ready kept"
    os.kill(postmaster(places), signal.SIGKILL)
    first.kill()

    second = Program(var)

    assert second.first_line() == "ready kept"
    second.end()


def test_two_that_start_at_once_share_one_server(var: Path) -> None:
    programs = [Program(var), Program(var)]

    assert [program.first_line() for program in programs] == ["ready None", "ready None"]

    for program in programs:
        program.end()


def test_two_checkouts_never_share_a_socket(tmp_path: Path) -> None:
    assert Places(tmp_path / "a").sockets != Places(tmp_path / "b").sockets


def test_a_folder_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "claimed"
    link.symlink_to(tmp_path)

    with pytest.raises(UnsafePlace, match="remove it"):
        claim(link, owner=os.geteuid(), mode=0o700)


def test_nobodys_home_is_opened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    var = home / "project" / "var"
    var.mkdir(parents=True)

    assert not open_to_everybody(var)
    Places(var).postgres_data()

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        data = Places(var).postgres_data()
        assert not data.is_relative_to(home)
        data.rmdir()
