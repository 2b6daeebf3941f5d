"""How an item of QTI gives its marks: by its template, or by rules that say the same. Pure.

Three ways are known: the response is matched with the correct one, its values are mapped, or
nothing is said and the declaration decides. Rules of any other form are told, never guessed at.
What sets another outcome than the score (a feedback, a completion status) changes no marks.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.formats.checks import NUMBER
from quiz.formats.xml_source import Element

SCORE = "SCORE"
RULES = frozenset({"setOutcomeValue", "responseCondition"})
SETTERS = ("setOutcomeValue", "lookupOutcomeValue")


class Way(StrEnum):
    MATCH = "match_correct"
    MAP = "map_response"
    DECLARED = "declared"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Processing:
    """How marks are given; of another way than ours, `line` and `name` say what it is."""

    way: Way
    line: int
    name: str = ""
    case_sensitive: bool = True


class OtherRule(Exception):
    """A rule of no form that is read."""

    def __init__(self, node: Element) -> None:
        super().__init__(node.name)
        self.node = node


def processing_of(root: Element, identifier: str) -> Processing:
    """Return how the response of this identifier earns its marks."""
    rules = root.first("responseProcessing")
    if rules is None:
        return Processing(Way.DECLARED, root.line)
    if next(rules.elements(), None) is None:
        return _by_template(rules)
    try:
        return _by_rules(rules, identifier)
    except OtherRule as other:
        return Processing(Way.OTHER, other.node.line, other.node.name)


def _by_template(rules: Element) -> Processing:
    template = rules.attributes.get("template", "").strip()
    if not template and not rules.attributes.get("templateLocation", "").strip():
        return Processing(Way.DECLARED, rules.line)
    name = template.rpartition("/")[2]
    for way in (Way.MATCH, Way.MAP):
        if name.lower().removesuffix(".xml") == way:
            return Processing(way, rules.line)
    return Processing(Way.OTHER, rules.line, name or "templateLocation")


def scoring_rule(rules: Element) -> Element:
    """Return the one rule that gives the marks; before it they may be set to 0.

    Raises:
        OtherRule: there is none, or another one.
    """
    scoring = [rule for rule in rules.elements() if _touches_score(rule)]
    if len(scoring) > 1 and resets(scoring[0]):
        del scoring[0]
    if not scoring:
        raise OtherRule(rules)
    if len(scoring) > 1:
        raise OtherRule(scoring[1])
    return scoring[0]


def _by_rules(rules: Element, identifier: str) -> Processing:
    rule = scoring_rule(rules)
    if rule.name == "setOutcomeValue":
        _require_mapped(rule, identifier)
        return Processing(Way.MAP, rules.line)
    if rule.name != "responseCondition":
        raise OtherRule(rule)
    return _by_condition(rule, rules.line, identifier)


def _by_condition(rule: Element, line: int, identifier: str) -> Processing:
    """One condition: matched or nothing, or nothing if unanswered and mapped else."""
    first, *others = rule.elements()
    if first.name != "responseIf" or [one.name for one in others] not in ([], ["responseElse"]):
        raise OtherRule(others[0] if first.name == "responseIf" else first)
    condition = next(first.elements(), first)
    won = setter(first)
    lost = setter(others[0]) if others else None
    if condition.name == "isNull" and lost is not None:
        if won is not None and not resets(won):
            raise OtherRule(won)
        _require_asked(condition, identifier, "variable")
        _require_mapped(lost, identifier)
        return Processing(Way.MAP, line)
    if won is None or (lost is not None and not resets(lost)):
        raise OtherRule(lost or first)
    inner = condition.first("isNull") if condition.name == "not" else None
    if inner is not None:
        _require_asked(inner, identifier, "variable")
        _require_mapped(won, identifier)
        return Processing(Way.MAP, line)
    if condition.name not in ("match", "stringMatch"):
        raise OtherRule(condition)
    _require_asked(condition, identifier, "variable", "correct")
    if condition.attributes.get("substring", "false") != "false":
        raise OtherRule(condition)
    worth = constant(won)
    if worth is None or worth <= 0:
        raise OtherRule(won)
    exact = condition.attributes.get("caseSensitive", "true") != "false"
    return Processing(Way.MATCH, line, case_sensitive=exact)


def _touches_score(rule: Element) -> bool:
    if rule.name not in RULES:
        return True
    return _sets_score(rule) or any(
        inner.name == "exitResponse" or _sets_score(inner)
        for inner in rule.inside(*SETTERS, "exitResponse")
    )


def _sets_score(node: Element) -> bool:
    return node.name in SETTERS and node.attributes.get("identifier") == SCORE


def setter(branch: Element) -> Element | None:
    """Return the one rule of a branch that sets the score, if there is one.

    Raises:
        OtherRule: it does so in another way.
    """
    scoring = [rule for rule in branch.elements() if _is_rule(rule) and _touches_score(rule)]
    for rule in scoring[1:] + [rule for rule in scoring if rule.name != "setOutcomeValue"]:
        raise OtherRule(rule)
    return scoring[0] if scoring else None


def _is_rule(node: Element) -> bool:
    return node.name in (*SETTERS, "responseCondition", "exitResponse")


def constant(setting: Element) -> Decimal | None:
    """Return the number that a rule sets the score to; None if none stands there."""
    values = list(setting.elements())
    if [value.name for value in values] != ["baseValue"]:
        return None
    said = values[0].text.strip()
    return Decimal(said) if NUMBER.fullmatch(said) else None


def resets(rule: Element) -> bool:
    return rule.name == "setOutcomeValue" and constant(rule) == 0


def _require_mapped(setter: Element, identifier: str) -> None:
    _require_asked(setter, identifier, "mapResponse")


def _require_asked(node: Element, identifier: str, *names: str) -> None:
    """Require that it holds these and no others, all of this response."""
    inner = list(node.elements())
    for one in inner:
        if one.name not in names or one.attributes.get("identifier") != identifier:
            raise OtherRule(one)
    if sorted(one.name for one in inner) != sorted(names):
        raise OtherRule(node)
