"""Set up a cohort's quiz: its minutes, its blueprint, the items it draws from."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Cohort
from quiz.models import BlueprintCell, ItemVersion, Quiz, QuizItem, ScoreRule
from quiz.papers import Blueprint, Cell
from quiz.wording import say_difficulty, say_topic
from selection.canonical import digest

DEPTH = 3  # the bank holds at least this many times what one paper takes of each cell
GRACE_SECONDS = 45
STAYS = gettext_noop("The quiz has opened. What a score is stays as it was published.")


class UnableToSetUpQuiz(Refused):
    """The quiz stays as it was; the message says why."""


def set_up_quiz(
    *,
    cohort_id: int,
    minutes: int,
    blueprint: Blueprint,
    by: User | None,
    now: datetime,
    core_weights: Mapping[str, int] | None = None,
    title_en: str = "Selection quiz",
    title_zh: str = "甄選測驗",
    score_rule: ScoreRule | None = None,
    paper_seed: str | None = None,
) -> Quiz:
    """Set up the quiz, or set it up again as long as nobody has started.

    The newest approved version of every item of the blueprint's cells becomes the pool, and stays
    it: what is approved later is for the next quiz.

    Args:
        core_weights: whole numbers by topic; their weighted marks break ties in selections.
        score_rule: what a score is; by default what was chosen before, at first the sum of marks.
            It stays from the opening on.
        paper_seed: for papers that can be foretold (demo, tests); drawn by default.

    Raises:
        UnableToSetUpQuiz: somebody has started, or the bank is not deep enough (names the cells).
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update().get(pk=cohort_id)
        quiz = Quiz.objects.filter(cohort=cohort).first()
        if quiz is not None and quiz.attempts.exists():
            raise UnableToSetUpQuiz(
                _("People have started this quiz. It can no longer be set up anew.")
            )
        chosen = ScoreRule(quiz.score_rule) if quiz else ScoreRule.SUM
        if quiz is not None and score_rule not in (None, chosen) and now >= quiz.opens_at:
            raise UnableToSetUpQuiz(_(STAYS))
        pool = _pool(blueprint)
        quiz, _created = Quiz.objects.update_or_create(
            cohort=cohort,
            defaults={
                "title_en": title_en,
                "title_zh": title_zh,
                "minutes": minutes,
                "grace_seconds": GRACE_SECONDS,
                "core_weights": dict(core_weights or {}),
                "score_rule": score_rule or chosen,
                "paper_seed": _committed(paper_seed or secrets.token_hex(16), blueprint, pool),
                "created_at": now,
                "created_by": by,
            },
        )
        quiz.cells.all().delete()
        quiz.quiz_items.all().delete()
        _keep_cells(quiz, blueprint)
        QuizItem.objects.bulk_create(QuizItem(quiz=quiz, item_version=item) for item in pool)
        audit.record(
            quiz,
            "set-up-quiz",
            by=by,
            now=now,
            after={
                "minutes": minutes,
                "items": blueprint.size,
                "pool": len(pool),
                "score": str(quiz.score_rule),
            },
        )
        return quiz


def choose_score_rule(*, quiz_id: int, rule: str, by: User, now: datetime) -> Quiz:
    """Choose what a score is, before anybody could know whom it favours.

    Raises:
        UnableToSetUpQuiz: there is no such rule, the quiz has opened or somebody has started.
    """
    if rule not in ScoreRule.values:
        raise UnableToSetUpQuiz(_("Choose one of the rules."))
    with transaction.atomic():
        quiz = Quiz.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=quiz_id)
        if now >= quiz.opens_at or quiz.attempts.exists():
            raise UnableToSetUpQuiz(_(STAYS))
        before = quiz.score_rule
        if rule != before:
            quiz.score_rule = ScoreRule(rule)
            quiz.save(update_fields=["score_rule"])
            audit.record(
                quiz,
                "choose-score-rule",
                by=by,
                now=now,
                before={"score": before},
                after={"score": rule},
            )
        return quiz


def copy_quiz(
    source: Cohort, copy: Cohort, shift: timedelta, by: User | None, now: datetime
) -> None:
    """Give a duplicated cohort the quiz of its source: minutes, blueprint, weights, titles.

    The pool is drawn from the bank as it is now and the papers have a seed of their own. Where the
    bank has become too small the blueprint is copied with no pool, and the checklist says so.
    """
    quiz = Quiz.objects.filter(cohort=source).first()
    if quiz is None:
        return
    blueprint = blueprint_of(quiz)
    settings = {
        "minutes": quiz.minutes,
        "core_weights": quiz.core_weights,
        "score_rule": quiz.score_rule,
        "title_en": quiz.title_en,
        "title_zh": quiz.title_zh,
    }
    try:
        set_up_quiz(cohort_id=copy.pk, blueprint=blueprint, by=by, now=now, **settings)
    except UnableToSetUpQuiz:
        kept = Quiz.objects.create(
            cohort=copy,
            paper_seed=secrets.token_hex(16),
            grace_seconds=GRACE_SECONDS,
            created_at=now,
            created_by=by,
            **settings,
        )
        _keep_cells(kept, blueprint)


def blueprint_of(quiz: Quiz) -> Blueprint:
    """The blueprint as it is stored."""
    return Blueprint(
        tuple(Cell(cell.topic, cell.difficulty, cell.count) for cell in quiz.cells.all())
    )


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep the bank is for one cell of a blueprint.

    Attributes:
        approved: usable items in the bank now.
        drawn: those that the quiz draws from; its pool was fixed when it was set up.
        needed: `DEPTH` times what a paper takes.
    """

    topic: str
    difficulty: str
    count: int
    approved: int
    drawn: int

    @property
    def needed(self) -> int:
        return DEPTH * self.count

    @property
    def missing(self) -> int:
        return max(self.needed - self.approved, 0)

    @property
    def missing_in_pool(self) -> int:
        return max(self.needed - self.drawn, 0)


def depths_of(quiz: Quiz) -> list[Depth]:
    """For every cell of the blueprint what the bank and the quiz's pool hold; three queries."""
    approved = Counter(ItemVersion.objects.usable().values_list("item__topic", "item__difficulty"))
    drawn = Counter(quiz.pool.values_list("item__topic", "item__difficulty"))
    return [
        Depth(
            topic=cell.topic,
            difficulty=str(cell.difficulty),
            count=cell.count,
            approved=approved[cell.topic, str(cell.difficulty)],
            drawn=drawn[cell.topic, str(cell.difficulty)],
        )
        for cell in blueprint_of(quiz).cells
    ]


def pool_faults(quiz: Quiz) -> list[str]:
    """What a quiz lacks to be sat, in words; nothing if its pool is deep enough."""
    blueprint = blueprint_of(quiz)
    if not blueprint.cells:
        return [_("The quiz has no blueprint.")]
    return [
        _(
            "%(topic)s, %(difficulty)s: the quiz draws from %(drawn)d items and needs %(need)d. The"
            " bank has %(approved)d approved ones."
        )
        % {
            "topic": say_topic(depth.topic),
            "difficulty": say_difficulty(depth.difficulty),
            "drawn": depth.drawn,
            "need": depth.needed,
            "approved": depth.approved,
        }
        for depth in depths_of(quiz)
        if depth.missing_in_pool
    ]


def _keep_cells(quiz: Quiz, blueprint: Blueprint) -> None:
    BlueprintCell.objects.bulk_create(
        BlueprintCell(
            quiz=quiz, topic=cell.topic, difficulty=str(cell.difficulty), count=cell.count
        )
        for cell in blueprint.cells
    )


def _committed(seed: str, blueprint: Blueprint, pool: list[ItemVersion]) -> str:
    """A seed that also stands for the blueprint and the pool it is used with."""
    cells = [[cell.topic, str(cell.difficulty), cell.count] for cell in blueprint.cells]
    return digest([seed, cells, [version.pk for version in pool]])


def _pool(blueprint: Blueprint) -> list[ItemVersion]:
    """The versions to draw from.

    Raises:
        UnableToSetUpQuiz: a cell has fewer than `DEPTH` times what a paper takes.
    """
    counting = ItemVersion.objects.usable().filter(item__practice=False)
    versions = counting.select_related("item").order_by("item_id")
    wanted = {(cell.topic, cell.difficulty) for cell in blueprint.cells}
    pool = [
        version for version in versions if (version.item.topic, version.item.difficulty) in wanted
    ]
    have = Counter((version.item.topic, version.item.difficulty) for version in pool)
    short = _short_of(blueprint, have)
    if short:
        raise UnableToSetUpQuiz(
            _("The bank has too few approved items for this blueprint (%(cells)s).")
            % {"cells": "; ".join(short)}
        )
    return pool


def _short_of(blueprint: Blueprint, have: Counter[tuple[str, str]]) -> list[str]:
    """The cells with fewer than `DEPTH` times what a paper takes, in words."""
    return [
        _("%(topic)s, %(difficulty)s: %(have)d of %(need)d")
        % {
            "topic": say_topic(cell.topic),
            "difficulty": say_difficulty(str(cell.difficulty)),
            "have": have[cell.topic, str(cell.difficulty)],
            "need": DEPTH * cell.count,
        }
        for cell in blueprint.cells
        if have[cell.topic, str(cell.difficulty)] < DEPTH * cell.count
    ]
