"""What would happen to the lists of a cohort if scores changed: "if item 14 is void, three cross".

A stage above registers its what-ifs when the program starts, as it registers its scores, so that
this room need not know the stage.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.domain.jobs import Tell, unwatched
from applications.lifecycle import STEPS
from applications.models import Cohort
from selection.domain.drawing import UnableToDrawUp, freeze, read_candidates
from selection.models import SeedCommitment, Selection, SelectionRule
from selection.programme import LISTINGS
from selection.ranking import TiePolicy, seed_commitment
from selection.runs import Inputs, Result, decide
from selection.sensitivity import Columns, Impact, impact

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STAND_IN_SEED = "no list has been drawn up"
"""For a list without a run: its own seed stays secret until then."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One thing that might be otherwise.

    Attributes:
        title: in whichever language it is read: "Item PY-EASY-3 is void".
        before, after: the scores that it changes, of those whom it changes.
        number, of: which of how many it is, for who waits for the answer.
    """

    title: str | Promise
    before: Columns
    after: Columns
    number: int = 0
    of: int = 0


WhatIfs = Callable[[int], Iterable[WhatIf]]
"""From a cohort's id to what might be otherwise."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A list to judge by: the newest run, or what would be drawn up now if there is none.

    Attributes:
        selection: None where nothing has been drawn up under the newest rule.
    """

    step: str
    title: str
    inputs: Inputs
    seed: str
    selection: Selection | None

    @property
    def published(self) -> bool:
        return self.selection is not None and self.selection.state == Selection.State.PUBLISHED

    def impact(self, *, before: Columns, after: Columns, as_is: Result | None = None) -> Impact:
        """Who crosses the line of this list."""
        return impact(self.inputs, self.seed, before=before, after=after, as_is=as_is)


_registered: dict[str, tuple["str | _StrPromise", WhatIfs]] = {}


def register(name: str, *, title: "str | _StrPromise", what_ifs: WhatIfs) -> None:
    """Offer what-ifs under a name; registering a name again replaces it."""
    _registered[name] = (title, what_ifs)


def sensitivity(
    selection: Selection, *, tell: Tell = unwatched
) -> list[tuple[str | Promise, list[tuple[str | Promise, Impact]]]]:
    """What each thing that might be otherwise would do to a list, by who offers it.

    Those that move most people come first, and those that move nobody are left out.

    Raises:
        Refused: a stage cannot say; its message says what to do instead.
    """
    basis = basis_of(selection)
    as_is = decide(basis.inputs, basis.seed)
    found: list[tuple[str | Promise, list[tuple[str | Promise, Impact]]]] = []
    for title, what_ifs in _registered.values():
        impacts = []
        for one in what_ifs(selection.cohort_id):
            tell(one.number, one.of, _("Deciding the list anew"))
            impacts.append(
                (one.title, basis.impact(before=one.before, after=one.after, as_is=as_is))
            )
        moving = [one for one in impacts if one[1].crossing]
        found.append((title, sorted(moving, key=lambda one: (-one[1].crossing, str(one[0])))))
    return found


def lists_ranked_by(cohort: Cohort, sources: Iterable[str]) -> list[Basis]:
    """The lists of a cohort that these scores decide; those of which nobody can be ranked not."""
    wanted = set(sources)
    bases = (_basis(cohort, step) for step in STEPS)
    return [
        basis
        for basis in bases
        if basis and wanted & {name for name, _weight in basis.inputs["criteria"]}
    ]


def basis_of(selection: Selection) -> Basis:
    """A run that has been drawn up."""
    return Basis(
        selection.step,
        str(selection.listing.title),
        selection.inputs,
        selection.seed.seed,
        selection,
    )


def _basis(cohort: Cohort, step: str) -> Basis | None:
    runs = Selection.objects.filter(cohort=cohort, step=step).exclude(
        state=Selection.State.DISCARDED
    )
    newest = runs.select_related("seed").order_by("-number").first()
    rule = SelectionRule.objects.filter(cohort=cohort, step=step).order_by("-version").first()
    if newest and (newest.state == Selection.State.PUBLISHED or newest.rule == rule):
        return basis_of(newest)
    rule = rule or _usual_rule(cohort, step)
    commitment = seed_commitment(STAND_IN_SEED)
    try:
        candidates = read_candidates(cohort_id=cohort.pk, step=step, rule=rule)
    except UnableToDrawUp:
        return None
    inputs = freeze(cohort, rule, SeedCommitment(commitment=commitment), candidates)
    return Basis(step, str(LISTINGS[step].title), inputs, STAND_IN_SEED, None)


def _usual_rule(cohort: Cohort, step: str) -> SelectionRule:
    """The programme's, not saved: looking at it is no decision for it."""
    listing = LISTINGS[step]
    return SelectionRule(
        cohort=cohort,
        step=step,
        criteria=[[name, str(weight)] for name, weight in listing.criteria],
        tie_breakers=list(listing.tie_breakers),
        tie_policy=TiePolicy.TAKE_ALL_THEN_DRAW.value,
        reserves=0,
    )
