"""The Rasch model and the two-parameter logistic model, by marginal maximum likelihood.

Rasch (one slope for all):  P(right) = 1 / (1 + exp(-(ability - difficulty))), abilities normal
with mean 0 and a standard deviation that is estimated (`ability_sd`). Difficulties and abilities
are in logits. This is the model of `mirt(…, "Rasch")`; that of `ltm::rasch` with a common slope is
the same one with abilities in standard deviations: its slope is our `ability_sd`, its difficulties
are ours divided by it.

Two parameters:  P(right) = 1 / (1 + exp(-discrimination * (ability - difficulty))), abilities
standard normal. As in `ltm::ltm`.

Both are fitted by Bock and Aitkin's EM, made faster by squared extrapolation, and finished by
Newton's steps with the exact observed information, whose inverse also gives the standard errors.
Items that everybody got right or wrong, or nobody had, have no finite estimate: they are left out
and named. Persons' abilities are posterior means (EAP); without an answer it is that of everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from quiz.statistics.likelihood import POINTS, Curves, Expected, Likelihood, sigmoid
from quiz.statistics.responses import Flat, Floats, Responses

MAX_ITERATIONS = 200
NEAR, CLOSE = 1e-3, 1e-6  # when Newton's steps begin; when the estimates no longer move
STEEPEST, FARTHEST = 8.0, 15.0  # of slopes and intercepts: beyond, the data say "infinite"
FLATTEST = 0.02  # below it a difficulty (intercept by slope) means nothing
NEWTON_STEPS = 8


class NotEstimable(ValueError):
    """The marks do not determine a model; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class RaschFit:
    """Estimates in logits; None for an item in `left_out`, and where there is no standard error.

    Attributes:
        ability_sd: standard deviation of the abilities.
        ability, ability_se: one for each row of the matrix.
        left_out: columns without an estimate, each with its reason.
        converged: False: the limit of iterations was reached first; the estimates are the last.
    """

    difficulty: tuple[float | None, ...]
    difficulty_se: tuple[float | None, ...]
    ability_sd: float
    ability_sd_se: float | None
    ability: Floats
    ability_se: Floats
    log_likelihood: float
    parameters: int
    iterations: int
    converged: bool
    left_out: dict[int, Flat]


@dataclass(frozen=True, slots=True, eq=False)
class TwoParameterFit:
    """Estimates on the scale where abilities are standard normal; else as `RaschFit`.

    `unsettled` are columns whose slope or difficulty ran away; they have None, too.
    """

    difficulty: tuple[float | None, ...]
    difficulty_se: tuple[float | None, ...]
    discrimination: tuple[float | None, ...]
    discrimination_se: tuple[float | None, ...]
    ability: Floats
    ability_se: Floats
    log_likelihood: float
    parameters: int
    iterations: int
    converged: bool
    left_out: dict[int, Flat]
    unsettled: tuple[int, ...]


def fit_rasch(responses: Responses, *, max_iterations: int = MAX_ITERATIONS) -> RaschFit:
    """Fit the Rasch model.

    Raises:
        NotEstimable: fewer than two items tell people apart.
    """
    left_out, columns, likelihood = _prepare(responses)
    found = _fit(likelihood, _start(responses, columns), True, max_iterations)
    spread, size = float(found.curves.slopes[0]), len(columns)
    mean, sd = likelihood.abilities(found.curves)
    errors = found.errors
    return RaschFit(
        difficulty=_spread(-found.curves.intercepts, columns, responses.items),
        difficulty_se=_spread(errors[1:] if errors.size else None, columns, responses.items),
        ability_sd=spread,
        ability_sd_se=float(errors[0]) if errors.size else None,
        ability=mean * spread,
        ability_se=sd * spread,
        log_likelihood=found.log_likelihood,
        parameters=size + 1,
        iterations=found.iterations,
        converged=found.converged,
        left_out=left_out,
    )


def fit_two_parameter(
    responses: Responses, *, max_iterations: int = MAX_ITERATIONS
) -> TwoParameterFit:
    """Fit the two-parameter logistic model.

    Raises:
        NotEstimable: fewer than three items tell people apart.
    """
    left_out, columns, likelihood = _prepare(responses)
    if len(columns) < 3:
        raise NotEstimable("fewer than three items tell people apart")
    found = _fit(likelihood, _start(responses, columns), False, max_iterations)
    slopes, intercepts = found.curves.slopes, found.curves.intercepts
    sign = -1.0 if slopes.sum() < 0 else 1.0
    lost = (
        (np.abs(slopes) >= STEEPEST) | (np.abs(intercepts) >= FARTHEST) | (abs(slopes) < FLATTEST)
    )
    difficulty = -intercepts / np.where(lost, 1.0, slopes * sign)
    mean, sd = likelihood.abilities(found.curves)
    kept = [column for column, gone in zip(columns, lost, strict=True) if not gone]
    slope_errors = difficulty_errors = None
    if found.covariance.size:
        slope_errors = found.errors[: len(columns)][~lost]
        difficulty_errors = _difficulty_errors(found)[~lost]
    return TwoParameterFit(
        difficulty=_spread(difficulty[~lost], kept, responses.items),
        difficulty_se=_spread(difficulty_errors, kept, responses.items),
        discrimination=_spread((slopes * sign)[~lost], kept, responses.items),
        discrimination_se=_spread(slope_errors, kept, responses.items),
        ability=mean * sign,
        ability_se=sd,
        log_likelihood=found.log_likelihood,
        parameters=2 * len(columns),
        iterations=found.iterations,
        converged=found.converged,
        left_out=left_out,
        unsettled=tuple(column for column, gone in zip(columns, lost, strict=True) if gone),
    )


def chance(ability: Floats, difficulty: float, discrimination: float = 1.0) -> Floats:
    """Of a right answer at each ability."""
    return sigmoid(discrimination * (ability - difficulty))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The end of the search; `covariance` is empty where the information has no inverse."""

    curves: Curves
    covariance: Floats
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def errors(self) -> Floats:
        return np.sqrt(np.diag(self.covariance)) if self.covariance.size else np.empty(0)


def _prepare(responses: Responses) -> tuple[dict[int, Flat], list[int], Likelihood]:
    left_out = responses.flat_items()
    columns = [column for column in range(responses.items) if column not in left_out]
    if len(columns) < 2:
        raise NotEstimable("fewer than two items tell people apart")
    return left_out, columns, Likelihood(responses, columns)


def _start(responses: Responses, columns: list[int]) -> Curves:
    """All slopes one, intercepts from the facilities."""
    right, there = np.zeros(responses.items), np.zeros(responses.items)
    for _rows, marks, present, weights in responses.chunks():
        right += weights @ marks
        there += weights @ present
    share = (right[columns] + 0.5) / (there[columns] + 1.0)
    return Curves(np.ones(len(columns)), np.log(share / (1 - share)) * 1.2)


def _fit(likelihood: Likelihood, start: Curves, tied: bool, limit: int) -> _Found:
    """Climb by EM until near, then by Newton; go back to EM where Newton cannot climb."""
    curves, used, moved = start, 0, np.inf
    for target in (NEAR, CLOSE):
        curves, passes, moved = _climb(likelihood, curves, tied, target, limit - used)
        used += passes
        found = _polish(likelihood, curves, tied)
        if found.converged or used >= limit:
            break
    at_rest = found.converged or moved <= CLOSE
    return replace(found, iterations=used + found.iterations, converged=at_rest and used <= limit)


def _climb(
    likelihood: Likelihood, curves: Curves, tied: bool, target: float, limit: int
) -> tuple[Curves, int, float]:
    """EM with squared extrapolation: two steps, a leap along them, back if it leads down."""
    moved, passes = np.inf, 0
    while passes < limit and moved > target:
        before = likelihood.expect(curves)
        once = _maximise(before, curves, tied)
        second = likelihood.expect(once)
        twice = _maximise(second, once, tied)
        passes += 2
        start, middle, end = (_vector(one) for one in (curves, once, twice))
        moved = float(np.abs(end - middle).max())
        step, bend = middle - start, end - 2 * middle + start
        size = float(np.sqrt((step @ step) / max(float(bend @ bend), 1e-300)))
        curves = twice
        if moved > target and size > 1:
            leap = _curves(start + 2 * size * step + size**2 * bend)
            passes += 1
            if likelihood.expect(leap).log_likelihood > second.log_likelihood:
                curves = leap
    return curves, passes, moved


def _polish(likelihood: Likelihood, curves: Curves, tied: bool) -> _Found:
    """Newton's steps; each must lead up, or the search ends where it stands."""
    steps, covariance, at_rest = 0, np.empty((0, 0)), False
    lift = _lift(likelihood.items, tied)
    while True:
        here = likelihood.curvature(curves)
        information = lift.T @ here.information @ lift
        inverse = _inverse(information)
        covariance = inverse
        if not inverse.size:
            break
        step = lift @ (inverse @ (lift.T @ here.gradient))
        if float(np.abs(step).max()) < CLOSE * 10:
            at_rest = True
            break
        if steps >= NEWTON_STEPS:
            break
        steps += 1
        onward = _uphill(likelihood, curves, step, here.log_likelihood)
        if onward is None:
            break
        at_rest = float(np.abs(_vector(onward) - _vector(curves)).max()) < CLOSE * 10
        curves = onward
        if at_rest:  # the way leads out of bounds
            break
    return _Found(curves, covariance, here.log_likelihood, steps, at_rest)


def _uphill(likelihood: Likelihood, curves: Curves, step: Floats, above: float) -> Curves | None:
    """The first point on a halved step that is not lower."""
    for halving in range(6):
        onward = _curves(_vector(curves) + step / 2**halving)
        if likelihood.expect(onward).log_likelihood >= above - 1e-9 * abs(above):
            return onward
    return None


def _maximise(expected: Expected, curves: Curves, tied: bool) -> Curves:
    """The M step: weighted logistic regressions, one for each item or with a common slope."""
    rise: Callable[[Floats, Floats, Curves], Curves] = _rise_tied if tied else _rise_free
    for _round in range(3):
        chances = curves.chances()
        residual = expected.right - expected.there * chances
        curves = rise(residual, expected.there * chances * (1 - chances), curves)
    return curves


def _rise_free(residual: Floats, weight: Floats, curves: Curves) -> Curves:
    slope, intercept = residual @ POINTS, residual.sum(axis=1)
    aa, ad, dd = weight @ POINTS**2, weight @ POINTS, weight.sum(axis=1)
    size = np.maximum(aa * dd - ad**2, 1e-12)
    up = np.concatenate(
        [(dd * slope - ad * intercept) / size, (aa * intercept - ad * slope) / size]
    )
    return _curves(_vector(curves) + np.clip(up, -1.0, 1.0))


def _rise_tied(residual: Floats, weight: Floats, curves: Curves) -> Curves:
    slope, intercept = float((residual @ POINTS).sum()), residual.sum(axis=1)
    ad, dd = weight @ POINTS, np.maximum(weight.sum(axis=1), 1e-12)
    size = max(float((weight @ POINTS**2).sum() - (ad**2 / dd).sum()), 1e-12)
    up = (slope - float((ad / dd) @ intercept)) / size
    ups = np.concatenate([np.full(len(dd), up), (intercept - ad * up) / dd])
    return _curves(_vector(curves) + np.clip(ups, -1.0, 1.0))


def _vector(curves: Curves) -> Floats:
    return np.concatenate([curves.slopes, curves.intercepts])


def _curves(vector: Floats) -> Curves:
    half = len(vector) // 2
    return Curves(
        np.clip(vector[:half], -STEEPEST, STEEPEST), np.clip(vector[half:], -FARTHEST, FARTHEST)
    )


def _lift(items: int, tied: bool) -> Floats:
    """From the free parameters to (slopes, intercepts)."""
    if not tied:
        return np.eye(2 * items)
    lift = np.zeros((2 * items, items + 1))
    lift[:items, 0] = 1.0
    lift[items:, 1:] = np.eye(items)
    return lift


def _inverse(information: Floats) -> Floats:
    """Of a positive definite matrix; empty if it is not one."""
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.empty((0, 0))
    half = np.linalg.solve(root, np.eye(len(root)))
    return np.asarray(half.T @ half, dtype=np.float64)


def _difficulty_errors(found: _Found) -> Floats:
    """By the delta method: difficulty = -intercept / slope."""
    items = len(found.curves.slopes)
    own = np.arange(items)
    slopes = np.where(np.abs(found.curves.slopes) < FLATTEST, 1.0, found.curves.slopes)
    by_slope, by_intercept = found.curves.intercepts / slopes**2, -1 / slopes
    covariance = found.covariance
    spread = (
        by_slope**2 * covariance[own, own]
        + 2 * by_slope * by_intercept * covariance[own, own + items]
        + by_intercept**2 * covariance[own + items, own + items]
    )
    return np.asarray(np.sqrt(np.maximum(spread, 0.0)), dtype=np.float64)


def _spread(values: Floats | None, columns: list[int], items: int) -> tuple[float | None, ...]:
    """The values at their columns, None elsewhere."""
    all_of_them: list[float | None] = [None] * items
    if values is not None:
        for column, value in zip(columns, values, strict=True):
            all_of_them[column] = float(value)
    return tuple(all_of_them)
