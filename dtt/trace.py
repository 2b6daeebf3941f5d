"""One name for a request and for everything that it causes, in the web and in the workers.

A request brings a well-formed `X-Request-ID` along or gets one; the answer says it, each line of
the log carries it, and so does the header of every task that the request asks for. A task that a
task asks for keeps the name; what the scheduler starts gets one of its own.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

HEADER = "X-Request-ID"
TASK_HEADER = "request_id"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The name of what is being done; empty outside of requests and tasks."""
    return _current.get()


def named(told: str | None) -> str:
    """The name that was told if it is one, else a new one."""
    return told if told and WELL_FORMED.fullmatch(told) else uuid.uuid4().hex


def begin(name: str) -> Token[str]:
    """From here on this is being done."""
    return _current.set(name)


def end(token: Token[str]) -> None:
    """Back to what was done before."""
    _current.reset(token)


@contextmanager
def doing(name: str) -> Iterator[None]:
    """What is done in this block has this name."""
    token = begin(name)
    try:
        yield
    finally:
        end(token)
