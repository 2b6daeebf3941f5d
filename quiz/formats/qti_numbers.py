"""The accepted numbers of a text entry, from the item's response processing. Pure.

The conditions are read in their order, as our own rule judges: the first that holds decides.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Context, Decimal

from quiz.formats.checks import FULL, NONE, read_decimal
from quiz.formats.drafts import NumericalAnswerDraft, TextFormat
from quiz.formats.faults import Refused, fault
from quiz.formats.qti_parts import fault_of
from quiz.formats.qti_processing import SCORE, SETTERS
from quiz.formats.qti_responses import Response
from quiz.formats.xml_source import Element

EXACT = Context(prec=60)


def numbers_of(response: Response) -> tuple[NumericalAnswerDraft, ...]:
    """Return the answers, the best of them with 100 percent.

    Raises:
        Refused: something is no number, or nothing is accepted.
    """
    found = list(_by_rules(response)) if response.rules else []
    if response.rules and not found:
        raise Refused(
            fault_of("processing", response.processing.line, name=response.processing.name[:60])
        )
    if not found and response.is_mapped:
        found = [
            (NumericalAnswerDraft(NONE, read_decimal(text, response.line)), value)
            for text, value in response.mapped.items()
        ]
    if not found:
        found = [
            (NumericalAnswerDraft(NONE, read_decimal(text, response.line)), Decimal(1))
            for text in response.correct
        ]
    most = max((value for _draft, value in found), default=NONE)
    if most <= 0:
        raise Refused(fault("no_number", response.line))
    return tuple(
        replace(
            draft,
            fraction=FULL if value == most else EXACT.divide(value * 100, most),
            feedback_format=TextFormat.HTML,
        )
        for draft, value in found
    )


def _by_rules(response: Response) -> Iterator[tuple[NumericalAnswerDraft, Decimal]]:
    """Each condition on a number, and the score that it sets."""
    assert response.rules is not None  # noqa: S101 - the caller has looked
    for rest in response.rules.inside("responseElse"):
        if any(_score(rest)):
            raise Refused(fault("condition", rest.line, name=rest.name))
    for branch in response.rules.inside("responseIf", "responseElseIf"):
        condition = next(branch.elements(), branch)
        for worth in _score(branch):
            for draft in _accepted(condition, response, pays=worth > 0):
                yield draft, worth


def _score(branch: Element) -> Iterator[Decimal]:
    """The score that a branch sets.

    Raises:
        Refused: it is counted out, not a number that stands there.
    """
    for setting in branch.elements():
        if setting.attributes.get("identifier") != SCORE or setting.name not in SETTERS:
            continue
        value = setting.first("baseValue")
        if value is None or setting.name != "setOutcomeValue":
            raise Refused(fault("condition", setting.line, name=setting.name))
        yield read_decimal(value.text, value.line)


def _accepted(
    condition: Element, response: Response, *, pays: bool
) -> Iterator[NumericalAnswerDraft]:
    draft = NumericalAnswerDraft(NONE)
    found: NumericalAnswerDraft | None = None
    match condition.name:
        case "or":
            for one in condition.elements():
                yield from _accepted(one, response, pays=pays)
            return
        case "equal":
            found = _equal(condition, response)
        case "match":
            value = _value(condition, response)
            found = None if value is None else replace(draft, value=value)
        case "and":
            low, high = _bound(condition, "gte"), _bound(condition, "lte")
            if low is not None and high is not None:
                found = replace(draft, low=low, high=high)
    if found is not None:
        yield found
    elif pays:  # marks are given for something that we would judge otherwise
        raise Refused(fault("condition", condition.line, name=condition.name[:40]))


def _equal(condition: Element, response: Response) -> NumericalAnswerDraft | None:
    value = _value(condition, response)
    if value is None:
        return None
    draft = NumericalAnswerDraft(NONE, value=value)
    mode = condition.attributes.get("toleranceMode", "exact")
    written = condition.attributes.get("tolerance", "0").split()
    if mode == "exact" or not written:
        return draft
    below, above = (read_decimal(text, condition.line) for text in (written[0], written[-1]))
    if mode == "relative":
        part = EXACT.divide(abs(value), Decimal(100))
        below, above = EXACT.multiply(below, part), EXACT.multiply(above, part)
    if below == above:
        return replace(draft, tolerance=below)
    low, high = EXACT.subtract(value, below), EXACT.add(value, above)
    return replace(draft, value=None, low=low, high=high)


def _value(condition: Element, response: Response) -> Decimal | None:
    """The number that the response is compared with."""
    value = condition.first("baseValue")
    if value is not None:
        return read_decimal(value.text, value.line)
    if condition.first("correct") is not None and response.correct:
        return read_decimal(response.correct[0], response.line)
    return None


def _bound(condition: Element, name: str) -> Decimal | None:
    side = condition.first(name)
    value = side.first("baseValue") if side else None
    return read_decimal(value.text, value.line) if value else None
