"""The demo's item bank and quiz, and made-up people who sit it."""

import math
import random
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import dtt
from accounts.languages import Language
from accounts.models import User
from applications.models import Application, Cohort
from quiz.answers import SavedAnswer
from quiz.domain.bank import approve_items
from quiz.domain.importing import ImportReport, import_items
from quiz.domain.practice import set_practice
from quiz.domain.saving import save_answers
from quiz.domain.setting_up import set_up_quiz
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.formats.gift import parse_gift
from quiz.models import Attempt, Item, ItemVersion, Quiz, QuizItem
from quiz.papers import Blueprint, Cell
from quiz.scoring import (
    Key,
    MatchingKey,
    MultipleKey,
    Near,
    NumericalKey,
    OrderingKey,
    ShortAnswerKey,
    SingleKey,
    TrueFalseKey,
    key_from_dict,
)

BANK = Path(dtt.__file__).parent / "demo"
PRACTICE = BANK / "practice"
TOPICS = ("python", "mathematics", "statistics", "data-handling", "machine-learning")
DEMO_BLUEPRINT = Blueprint(
    tuple(
        Cell(topic, difficulty, count)
        for topic in TOPICS
        for difficulty, count in (("easy", 3), ("medium", 2), ("hard", 1))
    )
)
DEMO_WEIGHTS = {"python": 2, "machine-learning": 2, "statistics": 1, "data-handling": 1}
HARDNESS = {"easy": -1.2, "medium": 0.0, "hard": 1.2}  # on the scale of a person's skill
BATCHES = 2
SECONDS_AN_ITEM = 60


def load_item_bank(*, by: User, approver: User, now: datetime) -> int:
    """Import the demo items in both languages and approve them; return how many are new."""
    before = Item.objects.count()
    for language in Language:
        for path in sorted(BANK.rglob(f"*.{language.value}.gift")):
            _import(path, language, by=by, now=now)
    drafts = ItemVersion.objects.filter(approved_at__isnull=True).values_list("pk", flat=True)
    approve_items(version_ids=list(drafts), by=approver, now=now)
    practice = list(PRACTICE.rglob("*.en.gift"))
    codes = [d.identifier for path in practice for d in parse_gift(path.read_bytes()).items]
    set_practice(codes=[code for code in codes if code], practice=True, by=by, now=now)
    return Item.objects.count() - before


def _import(path: Path, language: Language, *, by: User, now: datetime) -> ImportReport:
    source = path.read_bytes()
    report = import_items(
        parsed=parse_gift(source),
        language=language.value,
        source_name=path.name,
        source_sha256=sha256(source).hexdigest(),
        by=by,
        now=now,
        confirm=True,
    )
    if report.problems:
        raise ValueError(f"{path.name}: {report.problems}")
    return report


def set_up_demo_quiz(cohort: Cohort, *, by: User, now: datetime) -> Quiz:
    """A quiz of 30 items in 40 minutes over the five topics of the demo bank."""
    return set_up_quiz(
        cohort_id=cohort.pk,
        minutes=40,
        blueprint=DEMO_BLUEPRINT,
        core_weights=DEMO_WEIGHTS,
        by=by,
        now=now,
        paper_seed=f"demo {cohort.slug}",
    )


def sit_quiz(
    application: Application,
    *,
    skill: float,
    seed: int | str,
    now: datetime,
    walks_away: float = 0.02,
) -> Attempt:
    """Sit the whole quiz from `now` on, as somebody of this skill would.

    An item is known with the probability of the Rasch model; who does not know it guesses.

    Args:
        skill: 0 is average, ±1 a standard deviation.
        walks_away: how likely it is that the person closes the page without submitting.
    """
    dice = random.Random(f"sit {seed} {application.user.email}")
    quiz = application.cohort.quiz
    attempt = open_attempt(
        quiz_id=quiz.pk, application_id=application.pk, by=application.user, now=now
    )
    keys = _keys(quiz.pk, quiz.paper_seed)
    paper = attempt.responses.order_by("position").values_list("position", "item_version_id")
    answers = []
    for position, version in paper:
        hardness, key = keys[version]
        known = dice.random() < 1 / (1 + math.exp(hardness - skill))
        answer = right_answer(key) if known else some_answer(key, dice)
        answers.append(SavedAnswer(position, position, answer))
    size = math.ceil(len(answers) / BATCHES)
    at = now
    for start in range(0, len(answers), size):
        batch = answers[start : start + size]
        at += timedelta(seconds=dice.uniform(0.3, 1) * SECONDS_AN_ITEM * len(batch))
        save_answers(attempt_id=attempt.pk, answers=batch, now=at)
    if dice.random() < walks_away:
        return attempt
    return submit_attempt(attempt_id=attempt.pk, by=application.user, now=at)


def right_answer(key: Key) -> dict[str, Any]:
    """An answer that earns full marks."""
    match key:
        case SingleKey():
            return {"choice": max(key.fractions, key=lambda name: key.fractions[name])}
        case MultipleKey():
            return {"choices": sorted(name for name, part in key.fractions.items() if part > 0)}
        case TrueFalseKey():
            return {"value": key.answer}
        case NumericalKey():
            best = max(key.answers, key=lambda answer: answer.fraction)
            return {"number": str(best.value if isinstance(best, Near) else best.low)}
        case ShortAnswerKey():
            best_text = max(key.answers, key=lambda answer: answer.fraction)
            return {
                "text": best_text.pattern.replace("\\*", "\0").replace("*", "").replace("\0", "*")
            }
        case MatchingKey():
            return {"pairs": dict(key.pairs)}
        case OrderingKey():
            return {"order": list(key.order)}


def some_answer(key: Key, dice: random.Random) -> dict[str, Any] | None:
    """What somebody who does not know it answers; sometimes nothing."""
    match key:
        case SingleKey():
            return {"choice": dice.choice(sorted(key.fractions))}
        case MultipleKey():
            names = sorted(key.fractions)
            return {"choices": sorted(dice.sample(names, dice.randint(1, len(names))))}
        case TrueFalseKey():
            return {"value": dice.random() < 0.5}
        case NumericalKey():
            return {"number": str(dice.randrange(-9, 100))} if dice.random() < 0.7 else None
        case ShortAnswerKey():
            return {"text": dice.choice(("list", "array", "x"))} if dice.random() < 0.5 else None
        case MatchingKey():
            options = sorted(set(key.pairs.values()))
            return {"pairs": {prompt: dice.choice(options) for prompt in sorted(key.pairs)}}
        case OrderingKey():
            return {"order": dice.sample(sorted(key.order), len(key.order))}


@lru_cache(maxsize=4)
def _keys(quiz_id: int, paper_seed: str) -> dict[int, tuple[float, Key]]:
    """Hardness and key by item version; the seed stands for the pool (see `set_up_quiz`)."""
    rows = QuizItem.objects.filter(quiz_id=quiz_id).values_list(
        "item_version_id", "item_version__item__difficulty", "item_version__key"
    )
    return {version: (HARDNESS[level], key_from_dict(key)) for version, level, key in rows}
