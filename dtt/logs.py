"""How a line of the log is written: as JSON for machines, or for people to read.

A secret that stands in an address (of a calendar, of a new password, of the end of the news) is
never written.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from dtt import trace

SECRETS = re.compile(
    r"(/calendar/|/messages/unsubscribe/|/account/password/reset/key/|/account/confirm-email/)"
    r"[^/\s\"']+"
)


class RequestFilter(logging.Filter):
    """Gives every line the name of the request or task that it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = trace.current()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Facts that a caller gives as `extra={"facts": {…}}` are keys."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, ensure_ascii=False, default=str))


class ReadableFormatter(logging.Formatter):
    """The same for people, on one line."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message} [{request_id}]", style="{")

    def format(self, record: logging.LogRecord) -> str:
        if not hasattr(record, "request_id"):
            record.request_id = trace.current()
        return without_secrets(super().format(record))


def without_secrets(line: str) -> str:
    """The line, with what opens something replaced by dots."""
    return SECRETS.sub(r"\1…", line)
