"""Where the scores come from: a registry that the stages above fill when the program starts.

A stage registers what it offers ("quiz.score") from its `AppConfig.ready`; a rule names it. So
`selection` ranks by scores of stages that it does not know.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Scores = Callable[[int], dict[int, Decimal]]
"""From a cohort's id to the scores by application id. Who has no score is absent, never zero."""


class UnknownSource(LookupError):
    """No stage offers scores under this name."""


class SourceNamedTwice(ValueError):
    """Two stages offer different scores under one name."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a person reads more about their own scores, once a list that weighs them is out.

    Attributes:
        address: name of the address of an application's page.
    """

    title: "str | _StrPromise"
    address: str


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of score that a rule can weigh.

    Attributes:
        name: as rules spell it: the stage, a dot, the score.
        title: for people, translated when it is shown.
        scores: reads a cohort's scores in a constant number of queries; higher is better.
        more: None where there is no such page.
    """

    name: str
    title: "str | _StrPromise"
    scores: Scores
    more: Page | None = None


_sources: dict[str, Source] = {}


def register(
    name: str, *, title: "str | _StrPromise", scores: Scores, more: Page | None = None
) -> None:
    """Offer scores under a name. Registering the same function again changes nothing.

    Raises:
        SourceNamedTwice: the name belongs to another function.
    """
    known = _sources.get(name)
    if known is not None and known.scores is not scores:
        raise SourceNamedTwice(f"{name!r} is registered already")
    _sources[name] = Source(name, title, scores, more)


def get(name: str) -> Source:
    """Return the source of this name.

    Raises:
        UnknownSource: nobody has registered it.
    """
    try:
        return _sources[name]
    except KeyError:
        known = ", ".join(sorted(_sources)) or "none"
        raise UnknownSource(f"no scores named {name!r}; known: {known}") from None


def offered() -> list[Source]:
    """Everything that a rule can weigh; each stage's scores together, the first stage's first.

    The program starts the rooms from the top, so the last to register comes first on a person's
    way.
    """
    stages: dict[str, list[Source]] = {}
    for name, source in _sources.items():
        stages.setdefault(name.partition(".")[0], []).append(source)
    return [source for of_stage in reversed(stages.values()) for source in of_stage]


def title_of(name: str) -> str:
    """What people call this score, in their language; the name itself if nobody offers it."""
    source = _sources.get(name)
    return str(source.title) if source else name


def pages_about(names: Iterable[str]) -> list[Page]:
    """The pages that say more about these scores, each once."""
    found = (_sources[name].more for name in names if name in _sources)
    return list(dict.fromkeys(page for page in found if page))
