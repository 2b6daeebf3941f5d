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
from quiz.formats.qti_processing import OtherRule, constant, scoring_rule, setter
from quiz.formats.qti_responses import Response
from quiz.formats.xml_source import Element

EXACT = Context(prec=60)


def numbers_of(response: Response) -> tuple[NumericalAnswerDraft, ...]:
    """Return the answers, the best of them with 100 percent.

    Raises:
        Refused: something is no number, or nothing is accepted.
    """
    found: list[tuple[NumericalAnswerDraft, Decimal]] = []
    if response.rules is not None:
        try:
            found = list(_by_rules(response, scoring_rule(response.rules)))
        except OtherRule as other:
            name = response.processing.name if other.node is response.rules else other.node.name
            raise Refused(fault_of("processing", other.node.line, name=name[:60])) from other
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


def _by_rules(response: Response, rule: Element) -> Iterator[tuple[NumericalAnswerDraft, Decimal]]:
    """Each condition on a number, and the score that it sets."""
    for branch in rule.elements():
        setting = setter(branch)
        if setting is None:
            raise OtherRule(branch)
        worth = constant(setting)
        if worth is None or (branch.name == "responseElse" and worth != 0):
            raise OtherRule(setting)
        if branch.name == "responseElse":
            continue
        for draft in _accepted(next(branch.elements()), response, pays=worth > 0):
            yield draft, worth


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
            low, high = (_bound(condition, name, response) for name in ("gte", "lte"))
            if len(list(condition.elements())) == 2 and low is not None and high is not None:
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
    if "false" in (condition.attributes.get(f"include{end}Bound") for end in ("Lower", "Upper")):
        return None
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
    """The number that the response is compared with; None if it is not the response."""
    if not _asks(condition, response):
        return None
    value = condition.first("baseValue")
    if value is not None:
        return read_decimal(value.text, value.line)
    if condition.first("correct") is not None and response.correct:
        return read_decimal(response.correct[0], response.line)
    return None


def _bound(condition: Element, name: str, response: Response) -> Decimal | None:
    """The number that the response stands on this side of."""
    side = condition.first(name)
    parts = list(side.elements()) if side else []
    if side is None or [part.name for part in parts] != ["variable", "baseValue"]:
        return None
    return read_decimal(parts[1].text, parts[1].line) if _asks(side, response) else None


def _asks(condition: Element, response: Response) -> bool:
    """Whether a condition compares the response with one other thing."""
    asked = condition.first("variable")
    named = asked.attributes.get("identifier") if asked else None
    return named == response.identifier and len(list(condition.elements())) == 2
