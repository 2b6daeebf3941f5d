"""A match as canonical data: what goes in, what comes out. Pure.

The inputs are plain JSON, so that a run can be stored and recomputed years later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matching.stability import Matching, Opportunity, Reason, Seeker, match
from selection import canonical

Inputs = Mapping[str, Any]
"""{"seekers": [[key, [opportunity, …]], …], "opportunities": [[key, vacancies, tiers], …]}"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Attributes:
    person_rank: place of the opportunity on the person's list, from 1.
    opportunity_rank: tier of the person on the opportunity's list, from 1.
    """

    application: int
    opportunity: int
    person_rank: int
    opportunity_rank: int


@dataclass(frozen=True, slots=True)
class Result:
    """Pairs and unmatched people, each in the order of the application's key."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[tuple[int, Reason], ...]

    def digest(self) -> str:
        return canonical.digest(
            {
                "pairs": self.pairs,
                "unmatched": [[key, reason.value] for key, reason in self.unmatched],
            }
        )


def seekers_of(inputs: Inputs) -> list[Seeker]:
    """The people of stored inputs."""
    return [Seeker(key, tuple(ranking)) for key, ranking in inputs["seekers"]]


def opportunities_of(inputs: Inputs) -> list[Opportunity]:
    """The opportunities of stored inputs."""
    return [
        Opportunity(key, vacancies, tuple(tuple(tier) for tier in tiers))
        for key, vacancies, tiers in inputs["opportunities"]
    ]


def matching_of(inputs: Inputs, seed: str) -> Matching:
    """The stable matching of stored inputs.

    Raises:
        InvalidPreferences: the inputs contradict themselves.
    """
    return match(seekers_of(inputs), opportunities_of(inputs), seed)


def decide(inputs: Inputs, seed: str) -> Result:
    """Match, and say at which place of each list the partner stands.

    Raises:
        InvalidPreferences: the inputs contradict themselves.
    """
    matching = matching_of(inputs, seed)
    lists = dict(inputs["seekers"])
    tiers = {key: tiers for key, _vacancies, tiers in inputs["opportunities"]}
    return Result(
        pairs=tuple(
            Pair(
                application=person,
                opportunity=target,
                person_rank=lists[person].index(target) + 1,
                opportunity_rank=1
                + next(level for level, tier in enumerate(tiers[target]) if person in tier),
            )
            for person, target in matching.pairs
        ),
        unmatched=tuple((one.seeker, one.reason) for one in matching.unmatched),
    )


def input_digest(inputs: Inputs, seed: str) -> str:
    """The digest of everything that the result depends on."""
    return canonical.digest({"inputs": inputs, "seed": seed})
