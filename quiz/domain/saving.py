"""Save answers: the one thing that must never fail, so it is one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

from accounts.models import User
from quiz.answers import Answer, Reason, SavedAnswer
from quiz.models import ABSENT, Attempt, Kind, Response

# A sequence number is the server's time in milliseconds as a page counts on from it. One that is
# far ahead would make every later change an older one.
AHEAD = timedelta(minutes=2)
KIND_OF = {
    "choice": Kind.SINGLE,
    "choices": Kind.MULTIPLE,
    "value": Kind.TRUE_FALSE,
    "number": Kind.NUMERICAL,
    "text": Kind.SHORT,
    "pairs": Kind.MATCHING,
    "order": Kind.ORDERING,
}


class NoLongerValid(Exception):
    """The page's pass: the person has changed the password since, or was shut out."""


class NotTakingPart(Exception):
    """The person has withdrawn, or is not in the running: nothing of theirs is saved."""


class Saved(StrEnum):
    """What became of one answer that was sent."""

    SAVED = "saved"
    STALE = "stale"  # a newer one is saved already
    REFUSED = "refused"  # too late, or it can never be saved: the reason says why
    WAITING = "waiting"  # the clock stands still: to be sent again when it runs


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The outcome for one position; for a stale answer also what is saved instead.

    `reason` is why it was refused; an answer that came too late has none.
    """

    position: int
    state: Saved
    sequence: int = 0
    answer: Answer | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a save did, and how long the attempt still takes answers.

    Attributes:
        open: whether the attempt took answers at `now`, or will when its pause is over.
        remaining: until the deadline, never negative.
        paused: whether the clock stands still.
        elsewhere: whether another page is the one in use.
    """

    results: tuple[SaveResult, ...]
    open: bool
    remaining: timedelta
    paused: bool = False
    elsewhere: bool = False


def save_answers(
    *,
    attempt_id: int,
    answers: Sequence[SavedAnswer],
    now: datetime,
    seal: str | None = None,
    writer: str = "",
    takes_over: bool = False,
) -> Receipt:
    """Save changes; each position by itself, and never an older one over a newer one.

    One statement: it locks the attempt's row against closing, looks at the clock and writes what
    is newer. A second one looks up what was not written, or says which page is in use from now on.

    Args:
        answers: at most one for each position; none asks for the time alone.
        seal: of the page's pass (`seal_of`); None where the caller knows who sends this.
        writer: a name that the page gave itself. Answers of a page that is not in use are saved
            like any others, and it is told.
        takes_over: the page was just opened, or its person wants to go on there.

    Raises:
        Attempt.DoesNotExist: there is no such attempt.
        NotTakingPart: the application is at one of the stages of `ABSENT`.
        NoLongerValid: the seal is not, or no longer, the one of this person and attempt.
    """
    latest = int((now + AHEAD).timestamp() * 1000)
    ahead = [save for save in answers if save.sequence > latest]
    sent = [save for save in answers if save.sequence <= latest]
    sitting, written = _write_newer(attempt_id, sent, now=now, seal=seal)
    if takes_over and writer and writer != sitting.writer:
        Attempt.objects.filter(pk=attempt_id).update(writer=writer)
        sitting.writer = writer
    paused = sitting.is_paused(now)
    if not paused and not takes_answers(sitting, now):
        refused = tuple(SaveResult(save.position, Saved.REFUSED) for save in answers)
        return Receipt(refused, open=False, remaining=timedelta(0))
    return Receipt(
        _results(attempt_id, sent, written, paused=paused)
        + tuple(SaveResult(s.position, Saved.REFUSED, reason=Reason.AHEAD) for s in ahead),
        open=True,
        remaining=sitting.left(now),
        paused=paused,
        elsewhere=writer != "" and sitting.writer not in ("", writer),
    )


def takes_answers(attempt: Attempt, now: datetime) -> bool:
    """Whether an answer that arrives at `now` is still accepted."""
    return attempt.is_open and now < attempt.saves_until and not attempt.is_paused(now)


def seal_of(attempt: Attempt, person: User) -> str:
    """What ties a page to a person: it changes with the password, and nobody can work it out.

    The same as `SEAL` works out in the database, so that looking at it costs no statement.
    """
    return sha256(f"{attempt.seed}{person.password}".encode()).hexdigest()[:SEAL_LENGTH]


SEAL_LENGTH = 32
SEAL = (
    "person.is_active AND left(encode(sha256(convert_to("
    f"attempt.seed || person.password, 'UTF8')), 'hex'), {SEAL_LENGTH}) = %s"
)
PRESENT = "application.stage <> ALL(%s)"
WHOSE = "JOIN applications_application AS application ON application.id = attempt.application_id"
SEALED_BY = "JOIN accounts_user AS person ON person.id = application.user_id"
MOST_PREPARED = 2  # answers in one save: a page sends each change by itself
_names: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()
"""By the connection of psycopg2, what it has prepared."""
COLUMNS = "state, deadline_at, saves_until, paused_until, writer, present, valid"


def _write_newer(
    attempt_id: int, answers: Sequence[SavedAnswer], *, now: datetime, seal: str | None
) -> tuple[Attempt, set[int]]:
    """Write the answers whose sequence is higher than what is saved.

    Returns:
        The attempt as it was under the lock (its state and its times alone), and the positions
        that were written.
    """
    valid, joins = ("true", "") if seal is None else (SEAL, SEALED_BY)
    absent = [stage.value for stage in ABSENT]
    parameters: list[Any] = [absent, *([] if seal is None else [seal]), attempt_id]
    look = (
        "SELECT attempt.id, attempt.state, attempt.deadline_at, attempt.saves_until,"  # noqa: S608
        f" attempt.paused_until, attempt.writer, {PRESENT} AS present, {valid} AS valid"
        f" FROM quiz_attempt AS attempt {WHOSE} {joins} WHERE attempt.id = %s"
    )
    if answers:
        statement, more = _writing(look, answers, now)
        parameters += more
    else:
        statement = f"SELECT {COLUMNS}, ARRAY[]::smallint[] FROM ({look}) AS sitting"  # noqa: S608
    with connection.cursor() as cursor:
        if len(answers) <= MOST_PREPARED:
            statement = _prepared(statement, len(parameters))
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    if row is None:
        raise Attempt.DoesNotExist
    state, deadline_at, saves_until, paused_until, writer, present, is_valid, written = row
    if not is_valid:
        raise NoLongerValid
    if not present:
        raise NotTakingPart
    sitting = Attempt(
        pk=attempt_id,
        state=state,
        deadline_at=deadline_at,
        saves_until=saves_until,
        paused_until=paused_until,
        writer=writer,
    )
    return sitting, set(written)


def _prepared(statement: str, count: int) -> str:
    """Have the database plan a statement once for each connection; return how it is executed.

    Planning this one takes it longer than doing it. A connection that was dropped has nothing
    prepared: its successor is another object.
    """
    connection.ensure_connection()
    known = _names.setdefault(connection.connection, {})
    if statement not in known:
        name = f"quiz_save_{len(known)}"
        numbered = (f"${number}" for number in range(1, count + 1))
        with connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {statement.replace('%s', '{}').format(*numbered)}")
        known[statement] = name
    return f"EXECUTE {known[statement]} ({', '.join(['%s'] * count)})"


def _writing(look: str, answers: Sequence[SavedAnswer], now: datetime) -> tuple[str, list[Any]]:
    values = ", ".join(["(%s::smallint, %s::bigint, %s::jsonb, %s::varchar)"] * len(answers))
    parameters: list[Any] = []
    for save in answers:
        # An answer that was taken back is no answer: a null of SQL, not JSON's.
        content = None if save.answer is None else json.dumps(save.answer, ensure_ascii=False)
        parameters += [save.position, save.sequence, content, _kind_of(save.answer)]
    statement = f"""
        WITH sitting AS (
            {look} FOR NO KEY UPDATE OF attempt
        ), sent (position, sequence, answer, kind) AS (
            VALUES {values}
        ), written AS (
            UPDATE quiz_response AS saved
            SET answer = sent.answer, sequence = sent.sequence,
                saved_at = %s, late = %s >= sitting.deadline_at
            FROM sitting, sent, quiz_itemversion AS version
            WHERE sitting.valid AND sitting.present
              AND sitting.state = 'open' AND %s < sitting.saves_until
              AND (sitting.paused_until IS NULL OR %s >= sitting.paused_until)
              AND saved.attempt_id = sitting.id
              AND saved.position = sent.position
              AND saved.sequence < sent.sequence
              AND version.id = saved.item_version_id
              AND (sent.kind IS NULL OR sent.kind = version.kind)
            RETURNING saved.position
        )
        SELECT {COLUMNS}, ARRAY(SELECT position FROM written)
        FROM sitting
        """  # noqa: S608 - `values` holds placeholders only, `look` our own names
    return statement, [*parameters, now, now, now, now]


def _kind_of(answer: Answer | None) -> str | None:
    """The kind of item that such an answer is for; to take an answer back goes for all."""
    return None if answer is None else KIND_OF[next(iter(answer))].value


def _results(
    attempt_id: int, answers: Sequence[SavedAnswer], written: set[int], *, paused: bool
) -> tuple[SaveResult, ...]:
    if paused:
        return tuple(SaveResult(save.position, Saved.WAITING) for save in answers)
    missed = [save.position for save in answers if save.position not in written]
    kept: dict[int, Response] = {}
    if missed:
        rows = Response.objects.filter(attempt_id=attempt_id, position__in=missed)
        rows = rows.select_related("item_version").only(
            "position", "sequence", "answer", "item_version__kind"
        )
        kept = {response.position: response for response in rows}
    return tuple(
        SaveResult(save.position, Saved.SAVED, save.sequence)
        if save.position in written
        else _not_written(save, kept.get(save.position))
        for save in answers
    )


def _not_written(save: SavedAnswer, kept: Response | None) -> SaveResult:
    if kept is None:
        return SaveResult(save.position, Saved.REFUSED, reason=Reason.NOWHERE)
    if _kind_of(save.answer) not in (None, kept.item_version.kind):
        return SaveResult(save.position, Saved.REFUSED, reason=Reason.KIND)
    # The same change sent twice, because its first receipt was lost on the way, is saved.
    again = (kept.sequence, kept.answer) == (save.sequence, save.answer)
    state = Saved.SAVED if again else Saved.STALE
    return SaveResult(save.position, state, kept.sequence, kept.answer)
