"""Classical item analysis, also where people had different papers.

A person's score is the share of the marks that were to be had on that person's own paper; where
everybody had the same paper this orders and correlates people as the sum of marks does.

    facility                 mean mark among those who had the item
    item_total               correlation of the mark with the score
    corrected_item_total     correlation of the mark with the score on the other items
    discrimination           facility among the best 27 % of those who had it, less that among the
                             worst 27 %; people of one score share the places at the border

Alpha is that of a paper of the mean length: from the mean variance of an item and the mean
covariance of two, over all pairs that anybody had (weighed by how many did). With one paper for all
that is Cronbach's alpha. "If deleted" leaves one item out of everything, the mean length too.
"""

from dataclasses import dataclass

import numpy as np

from quiz.statistics.responses import Floats, Integers, Responses

TAIL = 0.27
LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """None where the figure does not exist: nobody had the item, or nobody differs."""

    people: float
    facility: float | None
    item_total: float | None
    corrected_item_total: float | None
    discrimination: float | None
    alpha_if_deleted: float | None


@dataclass(frozen=True, slots=True)
class PaperFigures:
    """Of all papers; scores are in marks, on a paper of the mean length.

    `sd` divides by one less than the number of people; `standard_error` is sd·√(1 − alpha).
    """

    people: float
    length: float
    mean: float | None
    sd: float | None
    alpha: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Each row's sum of marks and number of items; `share` is NaN without an item."""

    totals: Floats
    counts: Floats

    @property
    def share(self) -> Floats:
        return _divide(self.totals, self.counts)

    def rest(self, marks: Floats) -> Floats:
        """The share on the other items, for the marks of one item; NaN where there are none."""
        return _divide(self.totals - marks, np.where(np.isnan(marks), 0.0, self.counts - 1))


def scores_of(responses: Responses) -> Scores:
    """Add up every row."""
    totals, counts = [np.empty(0)], [np.empty(0)]
    for _rows, marks, there, _weights in responses.chunks():
        totals.append(marks.sum(axis=1))
        counts.append(there.sum(axis=1))
    return Scores(np.concatenate(totals), np.concatenate(counts))


def paper_figures(responses: Responses) -> PaperFigures:
    """Mean, spread and reliability of the papers."""
    return figures(responses)[0]


def figures(responses: Responses) -> tuple[PaperFigures, tuple[ItemFigures, ...]]:
    """The figures of the papers, and of each item in the order of the columns."""
    scores, weights = scores_of(responses), responses.weights
    share = scores.share
    levels, inverse = np.unique(np.round(share, 9), return_inverse=True)
    level_of = inverse.astype(np.int64)
    alphas = _Alphas(responses, scores)
    items = []
    for column in range(responses.items):
        marks = responses.marks[:, column]
        had = ~np.isnan(marks) & (weights > 0)
        people = float(weights[had].sum())
        own = marks[had]
        items.append(
            ItemFigures(
                people=people,
                facility=float(weights[had] @ own) / people if people else None,
                item_total=correlation(own, share[had], weights[had]),
                corrected_item_total=correlation(own, scores.rest(marks)[had], weights[had]),
                discrimination=_discrimination(own, level_of[had], len(levels), weights[had]),
                alpha_if_deleted=alphas.without(column),
            )
        )
    return _paper(share, weights, alphas), tuple(items)


def correlation(one: Floats, other: Floats, weights: Floats) -> float | None:
    """Pearson's, over the rows where both are there; None where one of them does not vary."""
    both = ~(np.isnan(one) | np.isnan(other))
    one, other, weights = one[both], other[both], weights[both]
    people = float(weights.sum())
    if people <= 0:
        return None
    one = one - float(weights @ one) / people
    other = other - float(weights @ other) / people
    spread, other_spread = float(weights @ one**2), float(weights @ other**2)
    if min(spread, other_spread) <= LEAST_VARIANCE * people:
        return None
    return float(np.clip(weights @ (one * other) / np.sqrt(spread * other_spread), -1, 1))


def _discrimination(
    marks: Floats, level_of: Integers, levels: int, weights: Floats
) -> float | None:
    tail = TAIL * float(weights.sum())
    if tail <= 0:
        return None
    people = np.asarray(np.bincount(level_of, weights, levels), dtype=np.float64)
    right = np.asarray(np.bincount(level_of, weights * marks, levels), dtype=np.float64)
    facility = _divide(right, people, 0.0)

    def mean_of_tail(people: Floats, facility: Floats) -> float:
        before = np.cumsum(people) - people
        return float(np.clip(tail - before, 0.0, people) @ facility) / tail

    return mean_of_tail(people[::-1], facility[::-1]) - mean_of_tail(people, facility)


def _paper(share: Floats, weights: Floats, alphas: "_Alphas") -> PaperFigures:
    scored = ~np.isnan(share) & (weights > 0)
    share, weights = share[scored], weights[scored]
    people = float(weights.sum())
    mean = float(weights @ share) / people if people else None
    sd = None
    if mean is not None and people > 1:
        sd = float(np.sqrt(weights @ (share - mean) ** 2 / (people - 1))) * alphas.length
    alpha = alphas.whole()
    return PaperFigures(
        people=people,
        length=alphas.length,
        mean=None if mean is None else mean * alphas.length,
        sd=sd,
        alpha=alpha,
        standard_error=None if sd is None or alpha is None else sd * float(np.sqrt(1 - alpha)),
    )


class _Alphas:
    """Sums of variances and covariances, from which alpha with and without an item follows."""

    def __init__(self, responses: Responses, scores: Scores) -> None:
        items = responses.items
        both, sums, products = (np.zeros((items, items)) for _ in range(3))
        for _rows, marks, there, weights in responses.chunks():
            weighed = marks * weights[:, None]
            both += there.T @ (there * weights[:, None])
            sums += weighed.T @ there
            products += weighed.T @ marks
        covariances = products - _divide(sums * sums.T, both, 0.0)  # times the people of the pair
        people = float(responses.weights[scores.counts > 0].sum())
        self.length = float(responses.weights @ scores.counts) / people if people else 0.0
        self._shown = np.diag(both) / people if people else np.zeros(items)
        self._own, self._own_people = np.diag(covariances), np.diag(both)
        self._pairs = covariances - np.diag(self._own)
        self._pair_people = both - np.diag(self._own_people)

    def whole(self) -> float | None:
        return _alpha(
            self.length,
            float(self._own.sum()),
            float(self._own_people.sum()),
            float(self._pairs.sum()),
            float(self._pair_people.sum()),
        )

    def without(self, item: int) -> float | None:
        return _alpha(
            self.length - float(self._shown[item]),
            float(self._own.sum() - self._own[item]),
            float(self._own_people.sum() - self._own_people[item]),
            float(self._pairs.sum() - 2 * self._pairs[item].sum()),
            float(self._pair_people.sum() - 2 * self._pair_people[item].sum()),
        )


def _alpha(
    length: float, variances: float, people: float, covariances: float, pair_people: float
) -> float | None:
    """length·c / (v + (length − 1)·c) for the mean variance v and the mean covariance c.

    Of a handful of people on papers that hardly overlap, two items may seem to go together more
    than each does with itself: that is no reliability, and there is none to tell.
    """
    if length <= 1 + 1e-9 or people <= 1e-9 or pair_people <= 1e-9:
        return None
    variance, covariance = variances / people, covariances / pair_people
    whole = variance + (length - 1) * covariance
    if whole <= LEAST_VARIANCE:
        return None
    alpha = length * covariance / whole
    return min(alpha, 1.0) if alpha <= 1 + 1e-9 else None


def _divide(above: Floats, below: Floats, otherwise: float = np.nan) -> Floats:
    """Divide where the divisor is above zero."""
    there = below > 0
    return np.asarray(np.where(there, above / np.where(there, below, 1.0), otherwise))
