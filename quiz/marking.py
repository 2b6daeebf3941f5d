"""Mark one paper: from what each answer earned to the score, and its parts. Pure.

Each item carries one mark. The score is the sum of the marks, exact until it is rounded once to
four decimals (half to even). The core score weighs each topic by a whole number.

An item that was made void counts for nobody. Its mark on a paper that has it becomes the mean of
what the person earned with the other items of the same difficulty on that paper (of the whole
paper if there are none), so every paper is still worth as many marks, and neither those who drew
the item nor those who did not gain by it. docs/rescoring.md says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quiz.scoring import Key, paper_score, score

RULE = "sum-of-marks-1"  # stored with every run: change it when the rule changes
ONE = Decimal(1)
SHARE_STEP = Decimal("0.0000001")


class NothingLeft(ValueError):
    """Every item of a paper is void: there is nothing to mark."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How an item is judged: by the best of its accepted keys; it is void if there are none."""

    topic: str
    difficulty: str
    keys: tuple[Key, ...]

    def share(self, answer: object) -> Decimal | None:
        """The share of the mark that an answer earns, from 0 to 1; None if the item is void.

        Args:
            answer: as the browser saved it.
        """
        return max((score(key, answer).share for key in self.keys), default=None)


@dataclass(frozen=True, slots=True)
class Earned:
    """One item of a paper, and the share of its mark that was earned; None: the item is void."""

    topic: str
    difficulty: str
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class PaperMark:
    """What a paper is worth; `topics` maps a topic to (marks, items)."""

    score: Decimal
    core_score: Decimal
    topics: dict[str, tuple[Decimal, int]]


def mark(paper: Sequence[Earned], *, core_weights: Mapping[str, int]) -> PaperMark:
    """Mark a paper; the order of its items does not matter.

    Args:
        core_weights: by topic; a topic that is not named weighs nothing in the core score.

    Raises:
        NothingLeft: every item is void.
    """
    shares: dict[str, list[Decimal]] = {}
    for topic, share in _without_voids(paper):
        shares.setdefault(topic, []).append(share)
    topics = {topic: _marks(shares[topic]) for topic in sorted(shares)}
    return PaperMark(
        score=_marks(share for own in shares.values() for share in own),
        core_score=paper_score(
            (Decimal(core_weights[topic]), share)
            for topic, own in shares.items()
            if topic in core_weights
            for share in own
        ),
        topics={topic: (marks, len(shares[topic])) for topic, marks in topics.items()},
    )


def _marks(shares: Iterable[Decimal]) -> Decimal:
    return paper_score((ONE, share) for share in shares)


def _without_voids(paper: Sequence[Earned]) -> list[tuple[str, Decimal]]:
    """The topic and the share of every item, a void one with the mean that stands in for it."""
    counted: list[tuple[str, Decimal]] = []
    for item in paper:
        share = _stand_in(item.difficulty, paper) if item.share is None else item.share
        counted.append((item.topic, share))
    return counted


def _stand_in(difficulty: str, paper: Sequence[Earned]) -> Decimal:
    left = [item for item in paper if item.share is not None]
    if not left:
        raise NothingLeft("every item of the paper is void")
    alike = [item for item in left if item.difficulty == difficulty] or left
    mean = sum(Fraction(item.share or 0) for item in alike) / len(alike)
    return Decimal(round(mean / Fraction(SHARE_STEP))) * SHARE_STEP
