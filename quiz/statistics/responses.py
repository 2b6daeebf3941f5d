"""The matrix of marks that is analysed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CHUNK = 8192  # people: the working arrays of a chunk stay in tens of MiB
TINY = 1e-9


class Flat(StrEnum):
    """Why nothing can be said about how well an item separates people."""

    UNANSWERED = "nobody had it"
    ALL_WRONG = "all wrong"
    ALL_RIGHT = "all right"
    ALL_ALIKE = "all got the same part of the marks"


class NotAMatrix(ValueError):
    """The marks or weights are not of the promised shape or range; the message says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Marks of people (rows) on items (columns).

    Attributes:
        marks: (people × items) shares from 0 to 1; NaN: the item was not on this person's paper.
        weights: (people,) how many people a row stands for; finite, none below zero.

    Raises:
        NotAMatrix: shape or range is wrong.
    """

    marks: Floats
    weights: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        marks = np.asarray(self.marks, dtype=np.float64)
        if marks.ndim != 2:
            raise NotAMatrix(f"marks have {marks.ndim} dimensions, not 2")
        weights = np.asarray(self.weights, dtype=np.float64)
        if weights.size == 0:
            weights = np.ones(marks.shape[0])
        if weights.shape != marks.shape[:1]:
            raise NotAMatrix(f"{weights.size} weights for {marks.shape[0]} people")
        if not np.all(np.isfinite(weights)) or np.any(weights < 0):
            raise NotAMatrix("a weight is negative or no number")
        if np.any(marks < -TINY) or np.any(marks > 1 + TINY):
            raise NotAMatrix("a mark is below 0 or above 1")
        object.__setattr__(self, "marks", marks)
        object.__setattr__(self, "weights", weights)

    @classmethod
    def from_triples(
        cls,
        people: ArrayLike,
        items: ArrayLike,
        marks: ArrayLike,
        *,
        shape: tuple[int, int],
        weights: ArrayLike = (),
    ) -> "Responses":
        """Build the matrix from one (row, column, mark) for each item on somebody's paper.

        Raises:
            NotAMatrix: a triple names a row or column outside of `shape`.
        """
        rows, columns = np.asarray(people, dtype=np.int64), np.asarray(items, dtype=np.int64)
        if rows.size and (
            min(rows.min(), columns.min()) < 0
            or rows.max() >= shape[0]
            or columns.max() >= shape[1]
        ):
            raise NotAMatrix("a mark lies outside of the matrix")
        matrix = np.full(shape, np.nan)
        matrix[rows, columns] = np.asarray(marks, dtype=np.float64)
        return cls(matrix, np.asarray(weights, dtype=np.float64))

    @property
    def people(self) -> float:
        """How many people the rows stand for."""
        return float(self.weights.sum())

    @property
    def items(self) -> int:
        return int(self.marks.shape[1])

    def chunks(self) -> Iterator[tuple[slice, Floats, Floats, Floats]]:
        """Rows, marks (0 where missing), 1 where the item was on the paper, weights."""
        for start in range(0, self.marks.shape[0], CHUNK):
            rows = slice(start, start + CHUNK)
            part = self.marks[rows]
            there = ~np.isnan(part)
            yield rows, np.where(there, part, 0.0), there.astype(np.float64), self.weights[rows]

    def flat_items(self) -> dict[int, Flat]:
        """The columns in which everybody earned the same, with the reason."""
        found: dict[int, Flat] = {}
        counted = self.marks[self.weights > 0]
        there = ~np.isnan(counted)
        low = np.where(there, counted, np.inf).min(axis=0, initial=np.inf)
        high = np.where(there, counted, -np.inf).max(axis=0, initial=-np.inf)
        for column in range(self.items):
            if low[column] > high[column]:
                found[column] = Flat.UNANSWERED
            elif high[column] - low[column] > TINY:
                continue
            elif high[column] <= TINY:
                found[column] = Flat.ALL_WRONG
            elif low[column] >= 1 - TINY:
                found[column] = Flat.ALL_RIGHT
            else:
                found[column] = Flat.ALL_ALIKE
        return found
