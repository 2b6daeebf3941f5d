"""The drill: a dump is worth what it restores to.

Dump the database with PostgreSQL's own programs, restore the dump into a fresh database beside it,
and count the rows of every table in both. The rows of the source are counted inside the snapshot
that the dump is of, so a program that goes on writing meanwhile makes no difference.

`pg_dump` must be as new as the server: without a folder of others the programs are those of the
package that also carries the embedded server.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, make_dsn, parse_dsn

from dtt.embedded import postgres

TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
"""
Counts = dict[str, int]


class DrillFailed(RuntimeError):
    """A program of PostgreSQL failed; the message is what it said, without the password."""


@dataclass(frozen=True, slots=True)
class Line:
    """A table and its rows in the source and in what was restored; None where it is missing."""

    table: str
    source: int | None
    restored: int | None

    @property
    def matches(self) -> bool:
        return self.source == self.restored


def dump(address: str, to: Path, *, programs: Path | None = None) -> Counts:
    """Write a dump in PostgreSQL's custom format; return the rows of each table that are in it.

    Raises:
        DrillFailed: pg_dump failed. Nothing is left at `to`.
    """
    with _connected(address) as link:
        link.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with link.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            arguments = ("--format=custom", f"--snapshot={snapshot}", f"--file={to}")
            try:
                _run("pg_dump", address, *arguments, programs=programs)
            except DrillFailed:
                to.unlink(missing_ok=True)
                raise
            os.chmod(to, 0o600)
            return _counts(cursor)


def restore(dumped: Path, address: str, *, programs: Path | None = None) -> Counts:
    """Restore a dump into an empty database; return the rows of each of its tables.

    Raises:
        DrillFailed: pg_restore failed.
    """
    _run(
        "pg_restore", address, "--no-owner", "--exit-on-error", "--single-transaction", str(dumped)
    )
    with _connected(address) as link, link.cursor() as cursor:
        return _counts(cursor)


@contextmanager
def fresh_database(address: str, name: str) -> Iterator[str]:
    """The address of an empty database beside the one given; it is dropped in the end.

    Raises:
        DrillFailed: there is one of this name, which is not ours to drop.
    """
    identifier = sql.Identifier(name)
    with _connected(address) as link:
        link.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with link.cursor() as cursor:
            try:
                cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
            except psycopg2.errors.DuplicateDatabase as error:
                raise DrillFailed(f"there is a database {name} already; drop it first") from error
            try:
                yield make_dsn(address, dbname=name)
            finally:
                cursor.execute(sql.SQL("DROP DATABASE {}").format(identifier))


def compare(source: Counts, restored: Counts) -> list[Line]:
    """Table by table, in the order of their names."""
    tables = sorted(source.keys() | restored.keys())
    return [Line(table, source.get(table), restored.get(table)) for table in tables]


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    link = psycopg2.connect(address)
    try:
        yield link
    finally:
        link.close()


def _counts(cursor: Any) -> Counts:
    cursor.execute(TABLES)
    counts = {}
    for schema, table in cursor.fetchall():
        rows = sql.SQL("SELECT count(*) FROM {}.{}")
        cursor.execute(rows.format(sql.Identifier(schema), sql.Identifier(table)))
        name = table if schema == "public" else f"{schema}.{table}"
        counts[name] = int(cursor.fetchone()[0])
    return counts


def _run(program: str, address: str, *arguments: str, programs: Path | None = None) -> None:
    """The password goes by the environment: every account of a machine sees its command lines."""
    parts = parse_dsn(address)
    password = parts.pop("password", "")
    folder = programs or postgres.programs()
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [
            str(folder / program),
            f"--dbname={make_dsn(**parts)}",
            "--no-password",
            *arguments,
        ],
        env=os.environ | ({"PGPASSWORD": password} if password else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DrillFailed(f"{program} failed: {done.stderr.strip() or done.returncode}")
