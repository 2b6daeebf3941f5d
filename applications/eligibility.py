"""Who may take part. Pure: the checker, the form and the staff's view ask this one function."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Doubt(StrEnum):
    """Why a person is not clearly eligible."""

    NOT_STUDENT_OR_GRADUATE = "not-student-or-graduate"
    COMPLETION_UNKNOWN = "completion-unknown"
    COMPLETION_OUT_OF_RANGE = "completion-out-of-range"
    TOO_FEW_DAYS = "too-few-days"
    NOT_ADULT = "not-adult"


@dataclass(frozen=True, slots=True)
class Rules:
    """A cohort's rules.

    Attributes:
        statuses: who may apply: "student", "graduate" or both.
        completion_from, completion_to: first days of the earliest and the latest month, inclusive.
        bootcamp_dates: the days of the bootcamp.
        days_needed: on how many of them one must be available.
        adults_only: whether one must be 18 or older.
    """

    statuses: frozenset[str]

    completion_from: date
    completion_to: date
    bootcamp_dates: tuple[date, ...]
    days_needed: int
    adults_only: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What the rules look at. `completion_on` is any day of the month."""

    status: str
    completion_on: date | None
    available_days: Collection[date]
    is_adult: bool


def doubts(answers: Answers, rules: Rules) -> tuple[Doubt, ...]:
    """Return the reasons for a person to look at this application; none means clearly eligible."""
    found = []
    if answers.status not in rules.statuses:
        found.append(Doubt.NOT_STUDENT_OR_GRADUATE)
    if answers.completion_on is None:
        found.append(Doubt.COMPLETION_UNKNOWN)
    elif not rules.completion_from <= answers.completion_on.replace(day=1) <= rules.completion_to:
        found.append(Doubt.COMPLETION_OUT_OF_RANGE)
    if len(set(answers.available_days) & set(rules.bootcamp_dates)) < rules.days_needed:
        found.append(Doubt.TOO_FEW_DAYS)
    if rules.adults_only and not answers.is_adult:
        found.append(Doubt.NOT_ADULT)
    return tuple(found)


class Verdict(StrEnum):
    """What the checker says. It decides nothing: whoever wants to apply may, and a person looks."""

    ELIGIBLE = "eligible"
    STAFF_WILL_LOOK = "staff-will-look"
    NOT_ELIGIBLE = "not-eligible"


# Facts that nobody can weigh. The other doubts can be explained, or can still change.
FACTS = frozenset({Doubt.NOT_STUDENT_OR_GRADUATE, Doubt.COMPLETION_OUT_OF_RANGE, Doubt.NOT_ADULT})


def verdict(found: Collection[Doubt]) -> Verdict:
    """What to tell somebody who asks before applying."""
    if not found:
        return Verdict.ELIGIBLE
    return Verdict.NOT_ELIGIBLE if FACTS.intersection(found) else Verdict.STAFF_WILL_LOOK
