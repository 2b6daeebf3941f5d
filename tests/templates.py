"""A migrated database from which every test process copies its own.

Migrating takes ten seconds of a processor; copying takes none. The template is named by what the
migrations say, so that another migration makes another one, and older ones go.
"""

import fcntl
import os
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, make_dsn

ROOT = Path(__file__).parents[1]
PREFIX = "dtt_template_"


def migrated(database_url: str) -> str:
    """The name of the template on this server; made if it is not there."""
    name = f"{PREFIX}{_digest()}"
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the test processes start at the same moment
        with closing(psycopg2.connect(database_url)) as connection:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]
                )
                known = {row[0] for row in cursor.fetchall()}
                if name not in known:
                    for old in known:
                        cursor.execute(
                            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old))
                        )
                    _make(cursor, database_url, name)
    return name


def _make(cursor: "psycopg2.extensions.cursor", database_url: str, name: str) -> None:
    """Migrate under another name first: whoever is killed half-way leaves no half template."""
    draft = f"{PREFIX}draft"
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": make_dsn(database_url, dbname=draft)},
        check=True,
    )
    cursor.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(draft), sql.Identifier(name)
        )
    )


def _digest() -> str:
    """What the migrations of the house and the packages it runs on say."""
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.lock"]
    spelling = sha256()
    for file in files:
        spelling.update(file.name.encode() + file.read_bytes())
    return spelling.hexdigest()[:12]
