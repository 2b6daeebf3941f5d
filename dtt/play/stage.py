"""A database and a queue of one's own, beside those of the program."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
import redis
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, make_dsn

from dtt import embedded, environment
from dtt.celery import app as celery_app

REDIS_DATABASE = 2
"""The program itself uses 0, the tests 4 and above."""


@contextmanager
def own_stage(name: str) -> Iterator[dict[str, str]]:
    """Work in the empty database `<name of the program's>_<name>` and with an empty queue.

    The database is made anew at the start and kept at the end, for looking.

    Yields:
        the environment that another program needs to work on the same stage.
    """
    home = connections["default"].settings_dict["NAME"]
    database = f"{home}_{name}"
    _make_anew(database)
    redis_url = _other_redis_database(embedded.redis_url())
    redis.Redis.from_url(redis_url).flushdb()
    broker = environment.celery_address(redis_url)
    addresses = {
        "DATABASE_URL": make_dsn(embedded.database_url(), dbname=database),
        "REDIS_URL": redis_url,
    }
    _move(database, broker=broker, cache=redis_url)
    try:
        yield addresses
    finally:
        _move(home, broker=settings.CELERY_BROKER_URL, cache=embedded.redis_url())


def _move(database: str, *, broker: str, cache: str) -> None:
    """Let this process's connections lead elsewhere from now on."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = database
    celery_app.conf.update(broker_url=broker, result_backend=broker)
    caches.settings["default"]["LOCATION"] = cache
    caches.close_all()
    with suppress(AttributeError):  # there is none yet
        del caches["default"]


def _make_anew(database: str) -> None:
    connection = psycopg2.connect(embedded.database_url())
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        name = sql.Identifier(database)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
        # Nobody keeps what is made here: a crash of the machine may cost the last instants.
        cursor.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    connection.close()


def _other_redis_database(url: str) -> str:
    if url.startswith("unix://"):
        return f"{url.split('?')[0]}?db={REDIS_DATABASE}"
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{REDIS_DATABASE}"
