"""Mark one paper: from keys and answers to the score, and its parts. Pure.

Each item carries one mark. The score is the sum of the marks, exact until it is rounded once to
four decimals (half to even). The core score weighs each topic by a whole number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from quiz.scoring import Key, paper_score, score

RULE = "sum-of-marks-1"  # stored with every run: change it when the rule changes
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Answered:
    """One item of a paper. `answer` is as the browser saved it."""

    topic: str
    key: Key
    answer: object


@dataclass(frozen=True, slots=True)
class PaperMark:
    """What a paper is worth; `topics` maps a topic to (marks, items)."""

    score: Decimal
    core_score: Decimal
    topics: dict[str, tuple[Decimal, int]]


def mark(paper: Iterable[Answered], *, core_weights: Mapping[str, int]) -> PaperMark:
    """Mark a paper; the order of its items does not matter.

    Args:
        core_weights: by topic; a topic that is not named weighs nothing in the core score.
    """
    shares = [(item.topic, score(item.key, item.answer).share) for item in paper]
    topics = sorted({topic for topic, _share in shares})
    return PaperMark(
        score=paper_score((ONE, share) for _topic, share in shares),
        core_score=paper_score(
            (Decimal(core_weights.get(topic, 0)), share) for topic, share in shares
        ),
        topics={
            topic: (
                paper_score((ONE, share) for other, share in shares if other == topic),
                sum(other == topic for other, _share in shares),
            )
            for topic in topics
        },
    )
