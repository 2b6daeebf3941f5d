"""Match seekers to opportunities so that no two of them would rather have each other.

Seeker-proposing deferred acceptance with quotas: D. Gale and L. S. Shapley, "College Admissions
and the Stability of Marriage", American Mathematical Monthly 69 (1962), 9–15. With strict
preferences the result is stable, every seeker gets the best partner that any stable matching
gives them, and listing opportunities in one's true order is the best a seeker can do.

An opportunity may rank people in tiers of equals. Ties are broken by single tie-breaking: one
lottery number for each seeker, the same at every opportunity, from a seed stored with the run.
What is stable with ties broken so is also stable for the tiers as given. Pure: the same input in
any order gives the same result. docs/matching.md tells it in plain words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from selection.ranking import lottery_number

Pair = tuple[int, int]
"""(key of a seeker, key of an opportunity)"""


class InvalidPreferences(ValueError):
    """A key is used twice or unknown, or a number of vacancies is negative."""


class InvalidMatching(ValueError):
    """The pairs are no matching: unknown, unacceptable, more than one each or over the quota."""


@dataclass(frozen=True, slots=True)
class Seeker:
    key: int
    ranking: tuple[int, ...]  # keys of opportunities, best first; unlisted is not acceptable


@dataclass(frozen=True, slots=True)
class Opportunity:
    key: int
    vacancies: int  # 0 or more
    ranking: tuple[tuple[int, ...], ...]  # tiers of seekers' keys, best first; likewise


class Reason(StrEnum):
    """Why a seeker is not matched."""

    NOTHING_LISTED = "nothing_listed"  # the seeker listed no opportunity
    RANKED_BY_NONE = "ranked_by_none"  # no listed opportunity ranked the seeker
    NO_VACANCY = "no_vacancy"  # those that did had no place to give
    PLACES_TAKEN = "places_taken"  # every such place went to somebody preferred


class Outcome(StrEnum):
    """What became of one opportunity that a seeker listed."""

    MATCHED = "matched"
    NOT_NEEDED = "not_needed"  # the seeker is matched to one that they listed higher
    NOT_RANKED = "not_ranked"  # the opportunity did not rank the seeker
    NO_VACANCY = "no_vacancy"
    TAKEN_BY_PREFERRED = "taken_by_preferred"  # every place went to a higher tier
    LOST_LOTTERY = "lost_lottery"  # the last place went to an equal with a lower number


@dataclass(frozen=True, slots=True)
class Choice:
    opportunity: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unmatched:
    seeker: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Round:
    """All who are free propose at once; each opportunity holds the best and rejects the rest."""

    proposals: tuple[Pair, ...]
    rejections: tuple[Pair, ...]  # of this round's proposers and of people held before


@dataclass(frozen=True, slots=True)
class Matching:
    pairs: tuple[Pair, ...]  # by seeker's key
    unmatched: tuple[Unmatched, ...]  # by seeker's key
    vacancies_left: tuple[tuple[int, int], ...]  # (opportunity, places) of every opportunity
    rounds: tuple[Round, ...]  # the whole course, for the record


def match(seekers: Iterable[Seeker], opportunities: Iterable[Opportunity], seed: str) -> Matching:
    """Return the seeker-optimal stable matching, ties broken by the lottery of `seed`.

    Raises:
        InvalidPreferences: a key is used twice or unknown, or vacancies are negative.
    """
    market = _Market.checked(seekers, opportunities)
    standing = market.standing(seed)
    held: dict[int, list[int]] = {key: [] for key in market.opportunities}
    untried = {key: iter(seeker.ranking) for key, seeker in market.seekers.items()}
    rounds = []
    free = list(market.seekers)
    while proposals := [
        (seeker, target) for seeker in free if (target := next(untried[seeker], None)) is not None
    ]:
        proposers = defaultdict(list)
        for seeker, target in proposals:
            proposers[target].append(seeker)
        rejections: list[Pair] = []
        for target, hopefuls in proposers.items():
            order = standing[target]
            acceptable = [seeker for seeker in hopefuls if seeker in order]
            contenders = sorted(held[target] + acceptable, key=order.__getitem__)
            places = market.opportunities[target].vacancies
            held[target] = contenders[:places]
            rejections.extend((seeker, target) for seeker in contenders[places:])
            rejections.extend((seeker, target) for seeker in hopefuls if seeker not in order)
        rejections.sort()
        rounds.append(Round(tuple(proposals), tuple(rejections)))
        free = [seeker for seeker, _ in rejections]
    pairs = sorted((seeker, key) for key, holders in held.items() for seeker in holders)
    matched = {seeker for seeker, _ in pairs}
    return Matching(
        pairs=tuple(pairs),
        unmatched=tuple(
            Unmatched(key, _reason(market.choices(key, None, held)))
            for key in market.seekers
            if key not in matched
        ),
        vacancies_left=tuple(
            (key, market.opportunities[key].vacancies - len(holders))
            for key, holders in held.items()
        ),
        rounds=tuple(rounds),
    )


def explain(
    seeker: int,
    matching: Matching,
    seekers: Iterable[Seeker],
    opportunities: Iterable[Opportunity],
) -> tuple[Choice, ...]:
    """Say of each opportunity that the seeker listed, best first, why it was theirs or not.

    It tells how companies ranked: data for staff, never for the other side.

    Args:
        seeker: key of the person.
        matching: what `match` returned for these seekers and opportunities.

    Raises:
        InvalidPreferences: as `match`, or the seeker is unknown.
    """
    market = _Market.checked(seekers, opportunities)
    if seeker not in market.seekers:
        raise InvalidPreferences(f"seeker {seeker} is unknown")
    return market.choices(seeker, dict(matching.pairs).get(seeker), _holders(matching.pairs))


def blocking_pairs(
    pairs: Iterable[Pair],
    seekers: Iterable[Seeker],
    opportunities: Iterable[Opportunity],
    seed: str | None = None,
) -> list[Pair]:
    """Return every pair that would leave its partners for each other; none means stable.

    A check by the definition, for any matching whoever made it. A seeker and an opportunity block
    when the seeker prefers it to what they have, and it ranked the seeker and has a place free or
    holds somebody whom it prefers less.

    Args:
        pairs: (seeker, opportunity).
        seed: with it, equals are compared by their lottery numbers; without it, an opportunity
            prefers only a higher tier (weak stability).

    Raises:
        InvalidPreferences: as `match`.
        InvalidMatching: a partner is unknown or not acceptable, a seeker is in two pairs, or an
            opportunity has more people than vacancies.
    """
    market = _Market.checked(seekers, opportunities)
    pairs = list(pairs)
    _check_feasible(pairs, market)
    standing = market.standing(seed)
    partner, holders = dict(pairs), _holders(pairs)
    return [
        (seeker.key, target)
        for seeker in market.seekers.values()
        for target in _preferred_to(partner.get(seeker.key), seeker.ranking)
        if seeker.key in standing[target]
        and (
            len(holders[target]) < market.opportunities[target].vacancies
            or any(
                standing[target][seeker.key] < standing[target][holder]
                for holder in holders[target]
            )
        )
    ]


@dataclass(frozen=True, slots=True)
class _Market:
    """Both sides by key, in the order of keys, with every cross-reference checked."""

    seekers: dict[int, Seeker]
    opportunities: dict[int, Opportunity]
    tiers: dict[int, dict[int, int]]  # opportunity -> seeker -> tier, 0 is the best

    @classmethod
    def checked(cls, seekers: Iterable[Seeker], opportunities: Iterable[Opportunity]) -> "_Market":
        seekers = sorted(seekers, key=lambda seeker: seeker.key)
        opportunities = sorted(opportunities, key=lambda opportunity: opportunity.key)
        seeker_keys = _unique([seeker.key for seeker in seekers], "among the seekers")
        opportunity_keys = _unique(
            [opportunity.key for opportunity in opportunities], "among the opportunities"
        )
        for seeker in seekers:
            _known(seeker.ranking, opportunity_keys, f"in the ranking of seeker {seeker.key}")
        tiers = {}
        for opportunity in opportunities:
            where = f"in the ranking of opportunity {opportunity.key}"
            if opportunity.vacancies < 0:
                raise InvalidPreferences(f"opportunity {opportunity.key} has negative vacancies")
            _known([key for tier in opportunity.ranking for key in tier], seeker_keys, where)
            tiers[opportunity.key] = {
                key: level for level, tier in enumerate(opportunity.ranking) for key in tier
            }
        return cls(
            {seeker.key: seeker for seeker in seekers},
            {opportunity.key: opportunity for opportunity in opportunities},
            tiers,
        )

    def standing(self, seed: str | None) -> dict[int, dict[int, tuple[int, str]]]:
        """Return opportunity -> seeker -> (tier, lottery number); the lower is preferred."""
        lottery = {key: "" if seed is None else lottery_number(seed, key) for key in self.seekers}
        return {
            target: {seeker: (tier, lottery[seeker]) for seeker, tier in tiers.items()}
            for target, tiers in self.tiers.items()
        }

    def choices(
        self, seeker: int, partner: int | None, holders: Mapping[int, list[int]]
    ) -> tuple[Choice, ...]:
        choices = []
        missed = True
        for target in self.seekers[seeker].ranking:
            if target == partner:
                missed, outcome = False, Outcome.MATCHED
            elif missed:
                outcome = self._miss(seeker, target, holders[target])
            else:
                outcome = Outcome.NOT_NEEDED
            choices.append(Choice(target, outcome))
        return tuple(choices)

    def _miss(self, seeker: int, target: int, holders: list[int]) -> Outcome:
        tiers = self.tiers[target]
        if seeker not in tiers:
            return Outcome.NOT_RANKED
        if self.opportunities[target].vacancies == 0:
            return Outcome.NO_VACANCY
        if all(tiers[holder] < tiers[seeker] for holder in holders):
            return Outcome.TAKEN_BY_PREFERRED
        return Outcome.LOST_LOTTERY


def _reason(choices: tuple[Choice, ...]) -> Reason:
    outcomes = {choice.outcome for choice in choices}
    if not outcomes:
        return Reason.NOTHING_LISTED
    if outcomes == {Outcome.NOT_RANKED}:
        return Reason.RANKED_BY_NONE
    if outcomes <= {Outcome.NOT_RANKED, Outcome.NO_VACANCY}:
        return Reason.NO_VACANCY
    return Reason.PLACES_TAKEN


def _holders(pairs: Iterable[Pair]) -> defaultdict[int, list[int]]:
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for seeker, target in pairs:
        holders[target].append(seeker)
    return holders


def _preferred_to(partner: int | None, ranking: tuple[int, ...]) -> tuple[int, ...]:
    return ranking if partner is None else ranking[: ranking.index(partner)]


def _check_feasible(pairs: list[Pair], market: _Market) -> None:
    if len({seeker for seeker, _ in pairs}) != len(pairs):
        raise InvalidMatching("a seeker is in two pairs")
    for seeker, target in pairs:
        if seeker not in market.seekers or target not in market.opportunities:
            raise InvalidMatching(f"seeker {seeker} or opportunity {target} is unknown")
        if target not in market.seekers[seeker].ranking or seeker not in market.tiers[target]:
            raise InvalidMatching(
                f"seeker {seeker} and opportunity {target} did not list each other"
            )
    for target, holders in _holders(pairs).items():
        if len(holders) > market.opportunities[target].vacancies:
            raise InvalidMatching(f"opportunity {target} has more people than vacancies")


def _unique(keys: list[int], where: str) -> set[int]:
    known: set[int] = set()
    for key in keys:
        if key in known:
            raise InvalidPreferences(f"key {key} occurs twice {where}")
        known.add(key)
    return known


def _known(keys: Iterable[int], known: set[int], where: str) -> None:
    unknown = _unique(list(keys), where) - known
    if unknown:
        raise InvalidPreferences(f"key {min(unknown)} {where} is unknown")
