"""A pytest plugin: what the product draws by chance in a test is the same in every run.

A reference, the seed of a paper, the seed of a draw: each test, and each fixture that several tests
share, has a chance of its own that follows from its name. Neither the order of the tests nor the
process that runs them changes it. `pytest --chance 7` tries everything under another chance; no
test may depend on which.
"""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pytest

Kind = TypeVar("Kind")
_dice = random.Random()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chance", default="0", help="what is drawn in the tests follows from this")


def _token_hex(nbytes: int | None = None) -> str:
    return _dice.randbytes(secrets.DEFAULT_ENTROPY if nbytes is None else nbytes).hex()


def _choice(seq: Sequence[Kind]) -> Kind:
    return _dice.choice(seq)


def pytest_configure() -> None:
    drawn: dict[str, Callable[..., object]] = {"token_hex": _token_hex, "choice": _choice}
    for name, draw in drawn.items():
        setattr(secrets, name, draw)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    chance = f"{item.config.getoption('--chance')} {item.nodeid}"
    _dice.seed(chance)
    random.seed(chance)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Iterator[None]:
    if fixturedef.scope == "function":
        return (yield)
    with _own_chance(
        f"{request.config.getoption('--chance')} {fixturedef.baseid} {fixturedef.argname}"
    ):
        return (yield)


@contextmanager
def _own_chance(chance: str) -> Iterator[None]:
    before = _dice.getstate()
    _dice.seed(chance)
    yield
    _dice.setstate(before)
