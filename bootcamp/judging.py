"""Turn judges' marks into one score per project. Pure and exact: no binary float anywhere.

Arithmetic is in fractions; the one irrational step, a square root, is taken with 50 significant
digits, and results are rounded once, at the end, to 0.0001 half to even. `docs/judging.md` works an
example through.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

PLACES = 4
FEWEST_MARKS = 5  # a mean and deviation over fewer marks say more about the projects than the judge
_PRECISE = Context(prec=50, rounding=ROUND_HALF_EVEN)


class Method(StrEnum):
    """How the ranking score is made; stored with every run, so a change gets a new number."""

    RAW_MEAN = "raw-mean/1"
    JUDGE_Z = "judge-z/1"


class Fallback(StrEnum):
    """Why a judge's marks are not normalised."""

    FEW_MARKS = "few-marks"
    ZERO_VARIANCE = "zero-variance"


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    weight: Decimal  # of 100
    max: int = 5  # numbers run from 1


@dataclass(frozen=True)
class Rubric:
    """The sheet judges fill in.

    Args:
        gates: pass-or-fail questions; one fail by one judge keeps the project out of the ranking.

    Raises:
        ValueError: weights do not sum to 100 or are not positive, a scale has fewer than two
            numbers, or a name appears twice.
    """

    criteria: tuple[Criterion, ...]
    gates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [criterion.name for criterion in self.criteria] + list(self.gates)
        if len(set(names)) < len(names):
            raise ValueError("a rubric names each criterion once")
        if sum(criterion.weight for criterion in self.criteria) != 100:
            raise ValueError("weights sum to 100")
        if any(criterion.weight <= 0 or criterion.max < 2 for criterion in self.criteria):
            raise ValueError("a criterion has a positive weight and at least two numbers")

    def points(self, marks: Mapping[str, int]) -> Fraction:
        """Return the weighted sum of number ÷ max, out of 100.

        Raises:
            InvalidSheet: a criterion is missing or unknown, or a number is off its scale.
        """
        names = {criterion.name for criterion in self.criteria}
        if marks.keys() != names:
            raise InvalidSheet(f"marks for {sorted(marks)}, not for {sorted(names)}")
        for criterion in self.criteria:
            if marks[criterion.name] not in range(1, criterion.max + 1):
                raise InvalidSheet(
                    f"{criterion.name} is {marks[criterion.name]}, not 1 to {criterion.max}"
                )
        return sum(
            (Fraction(c.weight) * marks[c.name] / c.max for c in self.criteria), start=Fraction()
        )


class InvalidSheet(ValueError):
    """A sheet does not fit its rubric."""


@dataclass(frozen=True)
class Sheet:
    """What one judge gave one project."""

    judge: int
    project: int
    marks: Mapping[str, int]
    failed_gates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Score:
    """One project's numbers, side by side; Decimals have four places.

    spread: greatest minus least points any judge gave.
    anchor_spread: the same for the criterion judges disagree on most, in numbers of the scale.
    score: what the method ranks by; None when a gate failed.
    """

    project: int
    raw_mean: Decimal
    normalised_mean: Decimal
    spread: Decimal
    anchor_spread: int
    marks: int
    failed_gates: tuple[str, ...]
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Note:
    judge: int
    reason: Fallback


@dataclass(frozen=True, slots=True)
class Aggregation:
    method: Method
    scores: tuple[Score, ...]  # by project key
    notes: tuple[Note, ...]  # by judge key


def aggregate(sheets: Iterable[Sheet], rubric: Rubric, method: Method) -> Aggregation:
    """Return every project's score. The order of the sheets does not matter.

    A judge's points x become M + (x - m) · S / s, where m and s are the mean and the population
    standard deviation of that judge's points and M and S those of all points. A judge with fewer
    than `FEWEST_MARKS` sheets, or who gave all the same points, keeps the raw points and is noted.
    Normalised points may leave 0 to 100; they are not clipped, for that would make ties.

    Raises:
        InvalidSheet: a sheet does not fit the rubric, or a judge marked a project twice.
    """
    filled = sorted(sheets, key=lambda sheet: (sheet.judge, sheet.project))
    points: dict[tuple[int, int], Fraction] = {}
    by_judge: dict[int, list[Fraction]] = defaultdict(list)
    by_project: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in filled:
        if (sheet.judge, sheet.project) in points:
            raise InvalidSheet(f"judge {sheet.judge} marked project {sheet.project} twice")
        if not sheet.failed_gates <= set(rubric.gates):
            raise InvalidSheet(f"unknown gates in {sorted(sheet.failed_gates)}")
        points[sheet.judge, sheet.project] = rubric.points(sheet.marks)
        by_judge[sheet.judge].append(points[sheet.judge, sheet.project])
        by_project[sheet.project].append(sheet)
    notes = {judge: reason for judge, of in by_judge.items() if (reason := _fallback(of))}
    normalised = _normalised(points, {j: of for j, of in by_judge.items() if j not in notes})
    return Aggregation(
        method=method,
        scores=tuple(
            _score(project, of, points, normalised, method)
            for project, of in sorted(by_project.items())
        ),
        notes=tuple(Note(judge, reason) for judge, reason in notes.items()),
    )


def _score(
    project: int,
    sheets: list[Sheet],
    points: Mapping[tuple[int, int], Fraction],
    normalised: Mapping[tuple[int, int], Decimal],
    method: Method,
) -> Score:
    given = [points[sheet.judge, project] for sheet in sheets]
    with localcontext(_PRECISE):
        mean = sum((normalised[sheet.judge, project] for sheet in sheets), start=Decimal()) / len(
            sheets
        )
        normalised_mean = mean.quantize(Decimal(1).scaleb(-PLACES))
    raw_mean = _rounded(_mean(given))
    failed = tuple(sorted({gate for sheet in sheets for gate in sheet.failed_gates}))
    ranked_by = raw_mean if method == Method.RAW_MEAN else normalised_mean
    return Score(
        project=project,
        raw_mean=raw_mean,
        normalised_mean=normalised_mean,
        spread=_rounded(max(given) - min(given)),
        anchor_spread=max(
            max(sheet.marks[name] for sheet in sheets) - min(sheet.marks[name] for sheet in sheets)
            for name in sheets[0].marks
        ),
        marks=len(sheets),
        failed_gates=failed,
        score=None if failed else ranked_by,
    )


def _fallback(points: list[Fraction]) -> Fallback | None:
    if len(points) < FEWEST_MARKS:
        return Fallback.FEW_MARKS
    return Fallback.ZERO_VARIANCE if _variance(points) == 0 else None


def _normalised(
    points: Mapping[tuple[int, int], Fraction], by_judge: Mapping[int, list[Fraction]]
) -> dict[tuple[int, int], Decimal]:
    """Return all points, those of the given judges carried to the scale of all marks."""
    normalised = {pair: _exact(x) for pair, x in points.items()}
    if not by_judge:
        return normalised
    overall = list(points.values())
    mean, variance = _exact(_mean(overall)), _variance(overall)
    with localcontext(_PRECISE):
        for judge, own in by_judge.items():
            centre, stretch = _mean(own), _exact(variance / _variance(own)).sqrt()
            for pair in (pair for pair in points if pair[0] == judge):
                normalised[pair] = mean + _exact(points[pair] - centre) * stretch
    return normalised


def _mean(numbers: list[Fraction]) -> Fraction:
    return sum(numbers, start=Fraction()) / len(numbers)


def _variance(numbers: list[Fraction]) -> Fraction:
    mean = _mean(numbers)
    return _mean([(number - mean) ** 2 for number in numbers])


def _exact(number: Fraction) -> Decimal:
    """Return the number to 50 significant digits."""
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def _rounded(number: Fraction) -> Decimal:
    return Decimal(round(number * 10**PLACES)).scaleb(-PLACES)  # round() is half to even, exactly
