"""The marginal likelihood of the logistic models, its expectations and its curvature.

Both models say that a person of ability z answers item j rightly with probability
`1 / (1 + exp(-(slope_j * z + intercept_j)))`, z standard normal. The integral over z is a sum over
evenly spaced points: for a smooth integrand that vanishes at both ends it converges faster than any
power of the step, while Gauss-Hermite points lie too far apart for the narrow likelihood of a long
paper (their distance shrinks only with the root of their number).

A mark between 0 and 1 counts as that part of a right answer and the rest of a wrong one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quiz.statistics.responses import Floats, Responses

STEP, REACH = 0.3, 16
POINTS: Floats = np.arange(-REACH, REACH + 1, dtype=np.float64) * STEP
_DENSITY: Floats = np.asarray(np.exp(-(POINTS**2) / 2), dtype=np.float64)
LOG_WEIGHTS: Floats = np.asarray(np.log(_DENSITY / _DENSITY.sum()), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """A slope and an intercept for each item."""

    slopes: Floats
    intercepts: Floats

    def logits(self) -> Floats:
        """(items × points)"""
        return np.outer(self.slopes, POINTS) + self.intercepts[:, None]

    def chances(self) -> Floats:
        """Of a right answer: (items × points)."""
        return sigmoid(self.logits())


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What one pass over the people gives.

    Attributes:
        log_likelihood: of all people.
        right, there: (items × points) expected numbers of right answers and of answers.
    """

    log_likelihood: float
    right: Floats
    there: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """Gradient and observed information by (slopes, intercepts), and the value itself."""

    log_likelihood: float
    gradient: Floats
    information: Floats


class Likelihood:
    """Of the marks of some items, kept so that a pass over everybody is two products."""

    def __init__(self, responses: Responses, columns: list[int]) -> None:
        self.items = len(columns)
        self._parts = [
            (np.hstack([marks[:, columns], there[:, columns]]), weights)
            for _rows, marks, there, weights in responses.chunks()
        ]

    def expect(self, curves: Curves) -> Expected:
        """One E step of Bock and Aitkin's algorithm."""
        total = 0.0
        counts = np.zeros((2 * self.items, len(POINTS)))
        for both, weights, posterior, logs in self._posteriors(curves):
            total += float(weights @ logs)
            counts += both.T @ (posterior * weights[:, None])
        return Expected(total, counts[: self.items], counts[self.items :])

    def abilities(self, curves: Curves) -> tuple[Floats, Floats]:
        """Each person's posterior mean and standard deviation of z."""
        means, spreads = [np.empty(0)], [np.empty(0)]
        for _both, _weights, posterior, _logs in self._posteriors(curves):
            mean = posterior @ POINTS
            means.append(mean)
            spreads.append(np.sqrt(np.maximum(posterior @ POINTS**2 - mean**2, 0.0)))
        return np.concatenate(means), np.concatenate(spreads)

    def curvature(self, curves: Curves) -> Curvature:
        """The exact second derivatives, by Louis' identity: complete information less its spread.

        The part that crosses items is one symmetric product for each point, so it costs people ×
        items² × points and no memory beyond a chunk.
        """
        items, chances = self.items, curves.chances()
        total = 0.0
        counts = np.zeros((2 * items, len(POINTS)))
        spread = np.zeros((3, items, items))
        outer = np.zeros((2 * items, 2 * items))
        for both, weights, posterior, logs in self._posteriors(curves):
            total += float(weights @ logs)
            marks, there = both[:, :items], both[:, items:]
            weighted = posterior * weights[:, None]
            counts += both.T @ weighted
            for place, point in enumerate(POINTS):
                rest = marks - there * chances[:, place]
                rest *= np.sqrt(weighted[:, place])[:, None]
                product = rest.T @ rest
                spread[0] += point**2 * product
                spread[1] += point * product
                spread[2] += product
            scores = np.hstack(
                [
                    marks * (posterior @ POINTS)[:, None]
                    - there * (posterior @ (chances * POINTS).T),
                    marks - there * (posterior @ chances.T),
                ]
            )
            outer += scores.T @ (scores * weights[:, None])
        right, there_counts = counts[:items], counts[items:]
        residual = right - there_counts * chances
        complete = there_counts * chances * (1 - chances)
        information = outer - np.block([[spread[0], spread[1]], [spread[1], spread[2]]])
        own = np.arange(items)
        information[own, own] += complete @ POINTS**2
        information[own + items, own + items] += complete.sum(axis=1)
        information[own, own + items] += complete @ POINTS
        information[own + items, own] += complete @ POINTS
        gradient = np.concatenate([residual @ POINTS, residual.sum(axis=1)])
        return Curvature(total, gradient, information)

    def _posteriors(self, curves: Curves) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
        """For each chunk: marks beside presence, weights, posterior of z, log likelihoods."""
        logits = curves.logits()
        table = np.vstack([logits, -np.logaddexp(0.0, logits)])
        for both, weights in self._parts:
            posterior = both @ table
            posterior += LOG_WEIGHTS
            highest = posterior.max(axis=1)
            posterior -= highest[:, None]
            np.exp(posterior, out=posterior)
            sums = posterior.sum(axis=1)
            posterior /= sums[:, None]
            yield both, weights, posterior, np.log(sums) + highest


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)
