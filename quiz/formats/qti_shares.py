"""What the declaration and the processing of an item of QTI make of its choices. Pure.

What would earn other marks there than here is a fault, never near enough.
"""

from decimal import Context, Decimal

from quiz.formats.checks import FULL, NONE
from quiz.formats.faults import Refused
from quiz.formats.qti_parts import CHOICE, ENTRY, ORDER, fault_of
from quiz.formats.qti_processing import Way
from quiz.formats.qti_responses import Response
from quiz.formats.xml_source import Element

EXACT = Context(prec=28)


def shares_of(response: Response, names: list[str], *, several: bool) -> dict[str, Decimal]:
    """What each choice is worth, in percent."""
    if response.is_mapped:
        values = {name: response.mapped.get(name, response.default) for name in names}
        gains = [value for value in values.values() if value > 0]
        most = sum(gains, NONE) if several else max(gains, default=NONE)
        require_bounds(response, most)
        return {name: part_of(value, most) for name, value in values.items()}
    if not several:
        return {name: FULL if name in response.correct else NONE for name in names}
    each = EXACT.divide(FULL, Decimal(max(len(response.correct), 1)))
    return {name: each if name in response.correct else -FULL for name in names}


def right_pairs(response: Response) -> list[str]:
    """The pairs of a match, each of which is worth the same here."""
    if not response.is_mapped:
        return response.correct
    gains = {pair: value for pair, value in response.mapped.items() if value > 0}
    others = [response.default, *(v for v in response.mapped.values() if v <= 0)]
    if len(set(gains.values())) > 1 or any(others):
        raise Refused(fault_of("match_values", response.line))
    require_bounds(response, sum(gains.values(), NONE))
    return list(gains)


def require_plain(response: Response, asked: Element) -> None:
    """Require that the marks are given in a way that is read here.

    Raises:
        Refused: they are not, or nothing says which response is right.
    """
    processing = response.processing
    is_number = asked.name == ENTRY and response.is_number
    if processing.way == Way.OTHER and not is_number:
        raise Refused(fault_of("processing", processing.line, name=processing.name[:60]))
    if not (response.mapped if response.is_mapped else response.correct or response.rules):
        raise Refused(fault_of("no_response", asked.line))
    ordered = "ordered" if asked.name == ORDER else "single"
    if response.cardinality not in (ordered, "multiple") or (
        response.cardinality == "single" and asked.name == CHOICE and len(response.correct) > 1
    ):
        said = f"{asked.name}: {response.cardinality}"
        raise Refused(fault_of("processing", response.line, name=said))
    if response.is_mapped and response.twice:
        raise Refused(fault_of("mapping", response.line, name=response.twice[:60]))


def require_bounds(response: Response, most: Decimal) -> None:
    """Require that no bound takes away what the responses earn; nobody ever has less than 0."""
    if not response.is_mapped:
        return
    for name, bound, cuts in (
        ("upperBound", response.upper, response.upper is not None and response.upper < most),
        ("lowerBound", response.lower, response.lower is not None and response.lower > 0),
    ):
        if cuts:
            raise Refused(fault_of("mapping", response.line, name=f"{name}={bound}"))


def plain_option(option: Element) -> str:
    """What can be chosen in a match, which is a plain text here."""
    said = " ".join(option.text.split())
    waiting = list(option.elements())
    while waiting:
        node = waiting.pop()
        if node.name not in ("p", "div", "span"):
            raise Refused(fault_of("option_markup", node.line, name=said[:60], element=node.name))
        waiting.extend(node.elements())
    return said


def part_of(value: Decimal, most: Decimal) -> Decimal:
    """The value as a percentage; one that costs more than everything costs everything."""
    return max(EXACT.divide(value * 100, most), -FULL) if most > 0 else NONE
