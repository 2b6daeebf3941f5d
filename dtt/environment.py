"""What the program reads from its environment, and what it refuses to start without."""

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

REQUIRED_IN_PRODUCTION = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
MODES = ("development", "production")


@dataclass(frozen=True)
class Environment:
    """The documented settings. README.md has the table."""

    mode: str
    demo: bool
    secret_key: str
    allowed_hosts: list[str]
    site_url: str
    email_url: str
    email_from: str
    trusted_proxies: int

    @property
    def production(self) -> bool:
        return self.mode == "production"


def read() -> Environment:
    """Read the environment.

    Raises:
        ImproperlyConfigured: an unknown mode, or a setting that production needs is missing;
            the message names every one of them.
    """
    mode = os.environ.get("DTT_MODE", "development")
    if mode not in MODES:
        raise ImproperlyConfigured(f"DTT_MODE is {mode!r}; it must be one of {', '.join(MODES)}")
    missing = [name for name in REQUIRED_IN_PRODUCTION if not os.environ.get(name, "").strip(" ,")]
    if mode == "production" and missing:
        raise ImproperlyConfigured(
            f"production mode needs {', '.join(missing)}: set in the environment"
        )
    hosts = os.environ.get("ALLOWED_HOSTS") or "localhost,127.0.0.1,[::1]"
    return Environment(
        mode=mode,
        demo=os.environ.get("DTT_DEMO") == "1" and mode != "production",
        secret_key=os.environ.get("SECRET_KEY") or "development-only-" + "x" * 50,
        allowed_hosts=[host.strip() for host in hosts.split(",") if host.strip()],
        site_url=(os.environ.get("SITE_URL") or "http://localhost:8000").rstrip("/"),
        email_url=os.environ.get("EMAIL_URL")
        or ("smtp://localhost:25" if mode == "production" else "file:"),
        email_from=os.environ.get("EMAIL_FROM") or "DTT Programme <programme@dtt.example>",
        trusted_proxies=_count("TRUSTED_PROXIES", default=1 if mode == "production" else 0),
    )


def _count(name: str, *, default: int) -> int:
    told = os.environ.get(name) or str(default)
    if not (told.isascii() and told.isdecimal()):
        raise ImproperlyConfigured(f"{name} is {told!r}; it must be a number, 0 or more")
    return int(told)


def database(url: str) -> dict[str, Any]:
    """Turn a libpq address into Django's dictionary.

    Raises:
        ImproperlyConfigured: it is not a PostgreSQL address.
    """
    try:
        parts = parse_dsn(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not a PostgreSQL address: {error}") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
    }


def celery_address(redis_url: str) -> str:
    """Celery's spelling of a Redis address: a socket is `redis+socket://…?virtual_host=`."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


def email(url: str) -> dict[str, Any]:
    """Read `smtp://user:password@host:587?tls=1` (or `smtps://`) into Django's e-mail settings.

    `file:` keeps mail in `var/mail`, where the demo's mailbox reads it; `null:` drops it.

    Raises:
        ImproperlyConfigured: another scheme, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme in ("file", "null"):
        backend = "filebased" if parts.scheme == "file" else "dummy"
        return {"EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend"}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must be smtp://user:password@host:587?tls=1, file: or null:"
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": "tls=1" in parts.query,
        "EMAIL_TIMEOUT": 20,
    }
