"""What a ruling would do, before anybody agrees to it: to the scores, and to the lists.

Nothing here is written. The scores of the newest finished run stand on one side; on the other what
the same answers would earn under one more ruling.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from accounts.errors import Refused
from applications.models import Application
from quiz import equating
from quiz.domain.finishing import marked
from quiz.equating import Scale
from quiz.impact import Changes, changes
from quiz.judging import keys_of, rulings_in_force, with_ruling
from quiz.models import Attempt, AttemptScore, Ruling, ScoringRun
from quiz.queries import newest_run
from quiz.sheets import Judge, Sheet, put_on_one_scale, read_sheets
from selection.foresight import Basis, WhatIf, lists_ranked_by
from selection.sensitivity import Impact

SCORE, CORE = "quiz.score", "quiz.core"
MOST_ATTEMPTS = 20_000  # more take longer than a worker may; the page of one ruling has no limit

Columns = dict[str, dict[int, Decimal]]


class UnableToForesee(Refused):
    """It would take too long; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class OnList:
    """What a ruling does to one list; `people` has the applications of who crosses its line."""

    basis: Basis
    impact: Impact
    people: dict[int, Application]
    ranked_by_other_scores: bool

    @property
    def into(self) -> list[Application]:
        return [self.people[key] for key in self.impact.into]

    @property
    def out(self) -> list[Application]:
        return [self.people[key] for key in self.impact.out]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a ruling does, measured by a run."""

    run: ScoringRun
    had_the_item: int
    changes: Changes
    lists: list[OnList]


def foresee(ruling: Ruling) -> Foreseen | None:
    """What would change if this ruling were in force; None if nothing has been scored yet.

    Raises:
        UnableToMark: the answers cannot be marked under it.
    """
    run = newest_run(ruling.quiz.cohort_id)
    if run is None:
        return None
    before, after = _before(run), _after(run, ruling)
    on_lists = []
    for basis in lists_ranked_by(ruling.quiz.cohort, (SCORE, CORE)):
        effect = basis.impact(before=before, after=after)
        people = Application.objects.in_bulk([*effect.into, *effect.out])
        on_lists.append(OnList(basis, effect, people, _ranked_by_others(basis, before)))
    return Foreseen(
        run,
        run.scores.filter(attempt__responses__item_version=ruling.item_version_id).count(),
        changes(before[SCORE], after[SCORE]),
        on_lists,
    )


def void_items(cohort_id: int) -> Iterator[WhatIf]:
    """For each item of the cohort's quiz: what if it were void?

    The scale of an equated quiz is taken as it is, without the item; the page of a ruling
    estimates it anew.

    Raises:
        UnableToForesee: so many have sat the quiz that a worker would not come to an end.
    """
    run = newest_run(cohort_id)
    if run is None:
        return
    if run.attempts > MOST_ATTEMPTS:
        raise UnableToForesee(
            _("More than %(most)d people have sat the quiz. Propose a ruling to see its effect.")
            % {"most": MOST_ATTEMPTS}
        )
    before, people = _before(run), _people(run)
    keys = keys_of(run.quiz_id, run.rulings.all())
    sheets = list(read_sheets(_attempts(run), Judge(keys)))
    void = sum(not judged.keys for judged in keys.values())
    codes = dict(run.quiz.pool.order_by("item__code").values_list("pk", "item__code"))
    for number, (version, code) in enumerate(codes.items()):
        had = [sheet for sheet in sheets if version in sheet.versions]
        if not keys[version].keys or not had or void + 1 >= len(had[0].versions):
            continue
        own = {sheet.attempt_id: _without(sheet, version) for sheet in had}
        after = _columns(run, list(own.values()), people, None)
        if run.rule == equating.RULE:  # the pool is another one, so everybody's score is
            all_of_them = [own.get(sheet.attempt_id, sheet) for sheet in sheets]
            equated = put_on_one_scale(all_of_them, _scale_without(run, version)).scores
            after[SCORE] = {people[attempt]: score for attempt, score in equated.items()}
        known = {name: {key: before[name][key] for key in after[name]} for name in after}
        yield WhatIf(_it_is_void(code), known, after, number, len(codes))


def _say_it_is_void(code: str) -> str:
    return _("Item %(code)s is void") % {"code": code}


_it_is_void = lazy(_say_it_is_void, str)


def _before(run: ScoringRun) -> Columns:
    live = AttemptScore.objects.filter(run=run).exclude(attempt__state=Attempt.State.VOID)
    rows = live.values_list("attempt__application_id", "score", "core_score")
    columns: Columns = {SCORE: {}, CORE: {}}
    for application, score, core in rows:
        columns[SCORE][application], columns[CORE][application] = score, core
    return columns


def _after(run: ScoringRun, ruling: Ruling) -> Columns:
    """Everybody's scores under one more ruling; only who had the item is marked anew if that is
    all that can differ."""
    others = rulings_in_force(run.quiz_id)
    keys = with_ruling(keys_of(run.quiz_id, others), ruling)
    attempts = _attempts(run)
    alone = run.rule != equating.RULE and set(run.rulings.all()) == set(others)
    if alone:
        attempts = attempts.filter(responses__item_version=ruling.item_version_id)
    sheets = list(read_sheets(attempts, Judge(keys)))
    scale = put_on_one_scale(sheets).scale if run.rule == equating.RULE else None
    after = _columns(run, sheets, _people(run), scale)
    return {name: before | after[name] for name, before in _before(run).items()}


def _columns(
    run: ScoringRun, sheets: list[Sheet], people: dict[int, int], scale: Scale | None
) -> Columns:
    columns: Columns = {SCORE: {}, CORE: {}}
    equated = put_on_one_scale(sheets, scale).scores if scale else {}
    for sheet in sheets:
        worth = marked(run, sheet)
        application = people[sheet.attempt_id]
        columns[SCORE][application] = equated.get(sheet.attempt_id, worth.score)
        columns[CORE][application] = worth.core_score
    return columns


def _without(sheet: Sheet, version: int) -> Sheet:
    earned = (
        replace(one, share=None) if own == version else one
        for own, one in zip(sheet.versions, sheet.earned, strict=True)
    )
    return replace(sheet, earned=tuple(earned))


def _scale_without(run: ScoringRun, version: int) -> Scale:
    scale = Scale.from_json(run.scale)
    return Scale(
        {item: value for item, value in scale.difficulties.items() if item != version},
        {item: value for item, value in scale.constants.items() if item != version},
    )


def _ranked_by_others(basis: Basis, before: Columns) -> bool:
    """Whether a list was ranked by other scores than those of the newest run."""
    names = [name for name, _weight in basis.inputs["criteria"]]
    return any(
        score is not None and key in before.get(name, {}) and Decimal(score) != before[name][key]
        for key, scores in basis.inputs["candidates"]
        for name, score in zip(names, scores, strict=True)
    )


def _attempts(run: ScoringRun) -> QuerySet[Attempt]:
    return Attempt.objects.live().filter(scores__run=run)


def _people(run: ScoringRun) -> dict[int, int]:
    return dict(_attempts(run).values_list("pk", "application_id"))
