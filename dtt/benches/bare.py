"""A bare WSGI program that saves one answer by one upsert: what `autosave` is measured against.

It checks nothing and knows nobody: the least that a program in Python can do to keep an answer.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg2

UPSERT = """
INSERT INTO quiz_response
    (attempt_id, position, item_version_id, choice_order, sequence, late, answer, saved_at)
VALUES (%s, %s, %s, '{}', %s, false, %s::jsonb, now())
ON CONFLICT (attempt_id, position) DO UPDATE
SET answer = EXCLUDED.answer, sequence = EXCLUDED.sequence, saved_at = EXCLUDED.saved_at
WHERE quiz_response.sequence < EXCLUDED.sequence
"""

_own = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`POST {"attempt", "version", "answers": [{"position", "sequence", "answer"}]}`."""
    if environ["REQUEST_METHOD"] == "POST":
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        answer = body["answers"][0]
        with _connection().cursor() as cursor:
            cursor.execute(
                UPSERT,
                [
                    body["attempt"],
                    answer["position"],
                    body["version"],
                    answer["sequence"],
                    json.dumps(answer["answer"]),
                ],
            )
    said = b'{"results": [{"position": 1, "state": "saved"}]}'
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
    )
    return [said]


def _connection() -> Any:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _own.connection.autocommit = True
    return _own.connection
