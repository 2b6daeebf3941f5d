import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selection.canonical import NotCanonical, canonical_bytes, digest

HONG_KONG = timezone(timedelta(hours=8))

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class Sheet:
    weight: Decimal
    name: str


def test_every_kind_of_value_has_its_one_spelling():
    value = {
        "places": 100,
        "line": Decimal("86.500"),
        "at": datetime(2026, 3, 1, 12, 0, tzinfo=HONG_KONG),
        "on": date(2026, 3, 1),
        "names": ("陳", None, True),
        "sheet": Sheet(Decimal("1E+2"), "a"),
    }

    assert canonical_bytes(value).decode() == (
        '{"at":"2026-03-01T04:00:00.000000Z","line":"86.5","names":["陳",null,true],'
        '"on":"2026-03-01","places":100,"sheet":{"name":"a","weight":"100"}}'
    )


def test_the_digest_is_the_sha256_of_the_bytes():
    # printf '{"a":"1.5"}' | sha256sum
    assert (
        digest({"a": Decimal("1.50")})
        == "87d1686a3b72d474dd6a634812da8bd415587b9d0411af8c2399acd06b59ad61"
    )


@pytest.mark.parametrize(
    ("number", "spelling"),
    [
        ("0", b'"0"'),
        ("-0.00", b'"0"'),
        ("100", b'"100"'),
        ("1.50", b'"1.5"'),
        ("-2E-3", b'"-0.002"'),
        ("1E+2", b'"100"'),
    ],
)
def test_a_decimal_is_spelled_in_plain_digits(number, spelling):
    assert canonical_bytes(Decimal(number)) == spelling


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        [1, {"a": float("nan")}],
        Decimal("NaN"),
        Decimal("-Infinity"),
        datetime(2026, 3, 1),
        {1: "a key that is not text"},
        {"set"},
        b"bytes",
        "\ud800",
        Sheet,
    ],
    ids=repr,
)
def test_a_value_without_one_spelling_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


@given(plain)
def test_reading_the_bytes_gives_the_value_back(value):
    assert json.loads(canonical_bytes(value)) == value


@given(st.dictionaries(st.text(), plain, min_size=2, max_size=5))
def test_the_order_of_keys_does_not_matter(value):
    turned = dict(reversed(value.items()))

    assert canonical_bytes(turned) == canonical_bytes(value)


@given(decimals)
def test_a_decimal_survives_exactly_whatever_the_surrounding_precision(number):
    with localcontext(prec=2):
        spelling = canonical_bytes(number)

    assert Decimal(json.loads(spelling)) == number


@given(decimals, st.integers(0, 5))
def test_equal_decimals_share_a_spelling(number, zeros):
    sign, digits, exponent = number.as_tuple()
    padded = Decimal((sign, (*digits, *[0] * zeros), exponent - zeros))

    assert canonical_bytes(padded) == canonical_bytes(number)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_has_one_spelling_in_every_time_zone(moment, minutes):
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))

    assert canonical_bytes(elsewhere) == canonical_bytes(moment)
    assert datetime.fromisoformat(json.loads(canonical_bytes(moment))) == moment
