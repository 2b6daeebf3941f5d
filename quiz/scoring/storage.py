"""Keys as JSON: what is stored with an item version. Decimals are strings, so nothing is lost."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from quiz.scoring.keys import (
    Between,
    Key,
    MatchingKey,
    MultipleKey,
    Near,
    NumericalKey,
    OrderingKey,
    ShortAnswer,
    ShortAnswerKey,
    SingleKey,
    ToleranceRule,
    TrueFalseKey,
)


class UnreadableKey(ValueError):
    """A stored key that is not of a shape which `key_to_dict` writes."""


def key_to_dict(key: Key) -> dict[str, Any]:
    """Return the key as JSON values; `key_from_dict` gives an equal key back."""
    match key:
        case SingleKey() | MultipleKey():
            body: dict[str, Any] = {"fractions": _strings(key.fractions)}
        case TrueFalseKey():
            body = {"answer": key.answer}
        case NumericalKey():
            body = {
                "answers": [_answer_to_dict(answer) for answer in key.answers],
                "units": _strings(key.units),
            }
        case ShortAnswerKey():
            body = {
                "answers": [
                    {"pattern": answer.pattern, "fraction": str(answer.fraction)}
                    for answer in key.answers
                ],
                "case_sensitive": key.case_sensitive,
            }
        case MatchingKey():
            body = {"pairs": dict(key.pairs)}
        case OrderingKey():
            body = {"order": list(key.order)}
    return {"kind": key.kind, **body}


def key_from_dict(stored: Mapping[str, Any]) -> Key:
    """Return the key that `key_to_dict` wrote.

    Raises:
        UnreadableKey: the kind is unknown, or a member is missing or of the wrong type.
    """
    try:
        return _read(stored)
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as fault:
        raise UnreadableKey(f"not a stored key: {stored!r}") from fault


def _read(stored: Mapping[str, Any]) -> Key:
    match stored["kind"]:
        case SingleKey.kind:
            return SingleKey(_fractions(stored["fractions"]))
        case MultipleKey.kind:
            return MultipleKey(_fractions(stored["fractions"]))
        case TrueFalseKey.kind:
            return TrueFalseKey(_flag(stored["answer"]))
        case NumericalKey.kind:
            answers = tuple(_answer_from_dict(answer) for answer in stored["answers"])
            units = {name: _decimal(size) for name, size in stored["units"].items()}
            return NumericalKey(answers, units)
        case ShortAnswerKey.kind:
            patterns = tuple(
                ShortAnswer(_text(answer["pattern"]), _fraction(answer["fraction"]))
                for answer in stored["answers"]
            )
            return ShortAnswerKey(patterns, _flag(stored["case_sensitive"]))
        case MatchingKey.kind:
            pairs = {prompt: _text(option) for prompt, option in stored["pairs"].items()}
            if not pairs:
                raise UnreadableKey("a matching key without a pair")
            return MatchingKey(pairs)
        case OrderingKey.kind:
            order = tuple(_text(choice) for choice in stored["order"])
            if not 2 <= len({*order}) == len(order):
                raise UnreadableKey(f"not an order of two choices or more: {order!r}")
            return OrderingKey(order)
        case kind:
            raise UnreadableKey(f"no kind of key: {kind!r}")


def _answer_to_dict(answer: Near | Between) -> dict[str, str]:
    match answer:
        case Near():
            return {
                "value": str(answer.value),
                "tolerance": str(answer.tolerance),
                "rule": answer.rule.value,
                "fraction": str(answer.fraction),
            }
        case Between():
            return {
                "low": str(answer.low),
                "high": str(answer.high),
                "fraction": str(answer.fraction),
            }


def _answer_from_dict(stored: Mapping[str, Any]) -> Near | Between:
    fraction = _fraction(stored["fraction"])
    if "low" in stored:
        return Between(_decimal(stored["low"]), _decimal(stored["high"]), fraction)
    return Near(
        _decimal(stored["value"]),
        fraction,
        _decimal(stored["tolerance"]),
        ToleranceRule(stored["rule"]),
    )


def _strings(decimals: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in decimals.items()}


def _fractions(stored: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: _fraction(value) for name, value in stored.items()}


def _fraction(stored: object) -> Decimal:
    fraction = _decimal(stored)
    if abs(fraction) > 1:
        raise UnreadableKey(f"not a share of one: {fraction}")
    return fraction


def _decimal(stored: object) -> Decimal:
    """A float is refused: it has already lost what the decimal said."""
    value = Decimal(_text(stored))
    if not value.is_finite():
        raise UnreadableKey(f"not a finite number: {value}")
    return value


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise UnreadableKey(f"not a string: {stored!r}")
    return stored


def _flag(stored: object) -> bool:
    if not isinstance(stored, bool):
        raise UnreadableKey(f"not true or false: {stored!r}")
    return stored
