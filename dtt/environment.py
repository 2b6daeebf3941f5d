"""What the program reads from its environment, and what it refuses to start without."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

REQUIRED_IN_PRODUCTION = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
MODES = ("development", "production")
SHORTEST_SECRET = 16
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


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
    files_url: str
    scanner_url: str
    trusted_proxies: int
    mail_allowed: list[str] | None
    mail_hold_minutes: int
    mails_per_minute: int
    mail_hook_secret: str
    log_format: str
    log_level: str
    metrics_token: str

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
    email_url = os.environ.get("EMAIL_URL") or (
        "smtp://localhost:25" if mode == "production" else "file:"
    )
    leaves = email_url.startswith("smtp")
    return Environment(
        mode=mode,
        demo=os.environ.get("DTT_DEMO") == "1" and mode != "production",
        secret_key=os.environ.get("SECRET_KEY") or "development-only-" + "x" * 50,
        allowed_hosts=[host.strip() for host in hosts.split(",") if host.strip()],
        site_url=(os.environ.get("SITE_URL") or "http://localhost:8000").rstrip("/"),
        email_url=email_url,
        email_from=os.environ.get("EMAIL_FROM") or "DTT Programme <programme@dtt.example>",
        files_url=os.environ.get("FILES_URL", ""),
        scanner_url=scanner(os.environ.get("SCANNER_URL", "")),
        trusted_proxies=_count("TRUSTED_PROXIES", default=1 if mode == "production" else 0),
        mail_allowed=_mail_allowed(mode) if leaves else None,
        mail_hold_minutes=_count("MESSAGE_HOLD_MINUTES", default=10),
        mails_per_minute=_count("MESSAGES_PER_MINUTE", default=600 if leaves else 0),
        mail_hook_secret=hook_secret(os.environ.get("EMAIL_HOOK_SECRET", "")),
        log_format=_one_of("LOG_FORMAT", LOG_FORMATS, "json" if mode == "production" else "text"),
        log_level=_one_of("LOG_LEVEL", LOG_LEVELS, "INFO" if mode == "production" else "WARNING"),
        metrics_token=os.environ.get("METRICS_TOKEN", ""),
    )


def _mail_allowed(mode: str) -> list[str] | None:
    """The addresses that mail may leave to: all in production, else those that are listed."""
    if mode == "production":
        return None
    told = os.environ.get("MAIL_ALLOW", "")
    return [pattern.strip() for pattern in told.split(",") if pattern.strip()]


def hook_secret(told: str) -> str:
    """Check the `name:password` with which the mail service calls us; empty for no such calls.

    Raises:
        ImproperlyConfigured: it has no colon, or could be guessed.
    """
    name, colon, password = told.partition(":")
    if told and not (name and colon and len(password) >= SHORTEST_SECRET):
        raise ImproperlyConfigured(
            f"EMAIL_HOOK_SECRET must be name:password, the password {SHORTEST_SECRET} or more long"
        )
    return told


def _one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    told = os.environ.get(name) or default
    if told not in choices:
        raise ImproperlyConfigured(f"{name} is {told!r}; it must be one of {', '.join(choices)}")
    return told


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


def metrics_folder(folder: Path) -> Path:
    """Where the processes of the web server count together: the library reads it when imported."""
    return Path(os.environ.setdefault(METRICS_FOLDER, str(folder)))


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
        "EMAIL_BACKEND": "notifications.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": "tls=1" in parts.query,
        "EMAIL_TIMEOUT": 20,
    }


def files(url: str, folder: Path) -> dict[str, Any]:
    """Where people's files lie: `s3://key:secret@host/bucket`, `file:///folder`, or in `folder`.

    With S3 `?region=…` names a region; `?tls=0` speaks plain HTTP, to a store beside the program.
    The files are private: no access list is set, no link is ever signed, none is overwritten.

    Raises:
        ImproperlyConfigured: another scheme, or the host, the bucket or the key is missing.
    """
    parts = urlsplit(url)
    if not url or (parts.scheme == "file" and len(parts.path) > 1):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": Path(unquote(parts.path)) if url else folder,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not (parts.hostname and bucket and parts.username):
        raise ImproperlyConfigured(
            "FILES_URL must be s3://key:secret@host/bucket or file:///folder"
        )
    asked = parse_qs(parts.query)
    protocol = "http" if asked.get("tls") == ["0"] else "https"
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "dtt.object_store.ObjectStore",
        "OPTIONS": {
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": bucket,
            "endpoint_url": f"{protocol}://{parts.hostname}{port}",
            "region_name": asked.get("region", [None])[0],
            "default_acl": None,
            "querystring_auth": False,
            "file_overwrite": False,
        },
    }


def scanner(url: str) -> str:
    """Check the address of the virus scanner: `tcp://host:3310` or `unix:///path`; empty for none.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    parts = urlsplit(url)
    over_network = parts.scheme == "tcp" and parts.hostname and parts.port
    if url and not over_network and not (parts.scheme == "unix" and parts.path):
        raise ImproperlyConfigured("SCANNER_URL must be tcp://host:3310 or unix:///path")
    return url
