import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage.handler import StorageHandler

from dtt import environment
from dtt.object_store import StoreAway

PROJECT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DTT_MODE": "production",
    "SECRET_KEY": "k" * 12 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
    "ALLOWED_HOSTS": "dtt.example",
    "DATABASE_URL": "postgresql://dtt@localhost/dtt",
}


def check_deploy(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_complete_production_environment_checks_clean() -> None:
    done = check_deploy(**COMPLETE)

    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_refuses_to_start_and_names_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in COMPLETE.items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv(name)

    with pytest.raises(ImproperlyConfigured) as refused:
        environment.read()

    assert str(refused.value) == f"production mode needs {name}: set in the environment"


def test_production_is_never_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in (COMPLETE | {"DTT_DEMO": "1"}).items():
        monkeypatch.setenv(key, value)

    assert environment.read().demo is False


def test_an_unknown_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTT_MODE", "prod")

    with pytest.raises(ImproperlyConfigured, match="development, production"):
        environment.read()


def test_a_database_address_keeps_its_options() -> None:
    read = environment.database("postgresql://u:p%40ss@db:5433/name?sslmode=require")

    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "name",
        "USER": "u",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("address", ["mysql://db/name", "not an address"])
def test_what_is_no_postgresql_address_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(address)


@pytest.mark.parametrize(
    ("address", "celery"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/0"),
        ("unix:///run/kv.sock", "redis+socket:///run/kv.sock"),
        ("unix:///run/kv.sock?db=3", "redis+socket:///run/kv.sock?virtual_host=3"),
    ],
)
def test_celery_spells_a_socket_its_own_way(address: str, celery: str) -> None:
    assert environment.celery_address(address) == celery


def test_a_mail_address_becomes_djangos_settings() -> None:
    read = environment.email("smtp://user%40dtt.example:secret@mail:587?tls=1")

    assert read == {
        "EMAIL_BACKEND": "notifications.smtp.EmailBackend",
        "EMAIL_HOST": "mail",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "user@dtt.example",
        "EMAIL_HOST_PASSWORD": "secret",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 20,
    }


@pytest.mark.parametrize("address", ["imap://mail", "mail", "smtp://"])
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        environment.email(address)


def test_without_an_address_files_lie_in_the_folder_for_this_account_alone(tmp_path: Path) -> None:
    assert environment.files("", tmp_path) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": tmp_path,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
    elsewhere = environment.files("file:///srv/dtt%20files", tmp_path)
    assert elsewhere["OPTIONS"]["location"] == Path("/srv/dtt files")


def test_files_in_a_bucket_are_private_and_never_overwritten(tmp_path: Path) -> None:
    url = "s3://the%2Fkey:se%40cret@objects.example:9000/dtt-files?region=ap-east-1"

    storage = StorageHandler({"default": environment.files(url, tmp_path)})["default"]

    client = storage.connection.meta.client.meta
    assert (storage.bucket_name, storage.access_key, storage.secret_key) == (
        "dtt-files",
        "the/key",
        "se@cret",
    )
    assert (client.endpoint_url, client.region_name) == (
        "https://objects.example:9000",
        "ap-east-1",
    )
    assert client.config.s3 == {"addressing_style": "path"}
    assert (storage.default_acl, storage.querystring_auth, storage.file_overwrite) == (
        None,
        False,
        False,
    )
    assert storage.get_object_parameters("documents/x") == {}


def test_a_bucket_that_is_away_fails_soon_and_like_a_disk(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"s3://key:secret@127.0.0.1:{port}/files?tls=0&region=x"
    storage = StorageHandler({"default": environment.files(url, tmp_path)})["default"]

    with pytest.raises(StoreAway):
        storage.open("documents/x")

    assert issubclass(StoreAway, OSError)


@pytest.mark.parametrize(
    "url",
    ["s3://bucket", "s3://key:secret@host", "s3://host/bucket", "ftp://a:b@c/d", "file:", "x"],
)
def test_what_names_no_store_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILES_URL must be"):
        environment.files(url, tmp_path)


@pytest.mark.parametrize("url", ["", "tcp://clamd:3310", "unix:///run/clamav/clamd.ctl"])
def test_a_scanner_has_an_address_or_there_is_none(url: str) -> None:
    assert environment.scanner(url) == url


@pytest.mark.parametrize("url", ["clamd:3310", "tcp://clamd", "unix:", "http://clamd:3310"])
def test_what_names_no_scanner_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SCANNER_URL must be"):
        environment.scanner(url)


@pytest.mark.parametrize(
    ("variables", "allowed", "pace"),
    [
        ({}, None, 0),
        ({"EMAIL_URL": "smtp://relay"}, [], 600),
        (
            {"EMAIL_URL": "smtp://relay", "MAIL_ALLOW": " *@a.hk, b@c.hk,"},
            ["*@a.hk", "b@c.hk"],
            600,
        ),
        ({**COMPLETE, "MAIL_ALLOW": "*@a.hk"}, None, 600),
    ],
    ids=["a folder", "nobody is listed", "some are listed", "production"],
)
def test_outside_production_mail_leaves_only_to_listed_addresses(
    variables: dict[str, str],
    allowed: list[str] | None,
    pace: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("EMAIL_URL", "MAIL_ALLOW", "MESSAGES_PER_MINUTE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    read = environment.read()

    assert (read.mail_allowed, read.mails_per_minute) == (allowed, pace)


@pytest.mark.parametrize("secret", ["name", "name:", ":" + "p" * 20, "name:short"])
def test_a_secret_of_the_mail_service_that_could_be_guessed_is_refused(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_HOOK_SECRET", secret)

    with pytest.raises(ImproperlyConfigured, match="EMAIL_HOOK_SECRET"):
        environment.read()
