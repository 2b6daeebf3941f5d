"""People's files in a bucket: S3 that gives up soon, and fails as a disk does.

Whoever keeps or reads a file knows `OSError` alone, wherever the files lie.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 20, 2


class StoreAway(OSError):
    """The store cannot be reached, or refuses what we ask."""


class ObjectStore(S3Storage):
    """A private bucket. A person waits for it no longer than for a page."""

    def get_default_settings(self) -> dict[str, Any]:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
        )
        settings: dict[str, Any] = super().get_default_settings()
        return settings | {"client_config": config}

    def _open(self, name: str, mode: str = "rb") -> Any:
        """Fetch the whole file now: what fails must fail before an answer has begun."""
        with _as_an_os_error():
            file = super()._open(name, mode)
            if "r" in mode:
                file.read(0)
            return file

    def _save(self, name: str, content: Any) -> Any:
        with _as_an_os_error():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with _as_an_os_error():
            super().delete(name)

    def exists(self, name: str) -> Any:
        with _as_an_os_error():
            return super().exists(name)

    def listdir(self, name: str) -> Any:
        with _as_an_os_error():
            return super().listdir(name)

    def get_modified_time(self, name: str) -> datetime:
        with _as_an_os_error():
            at: datetime = super().get_modified_time(name)
            return at


@contextmanager
def _as_an_os_error() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreAway(str(error)) from error
