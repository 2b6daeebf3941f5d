"""What time does to lists: the trouble of one stops no other, and stands on its page for staff."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from django.utils import translation

from accounts.errors import Refused
from accounts.languages import Language
from selection.models import Selection

log = logging.getLogger("dtt.lists")
BOTH = (Language.ENGLISH, Language.TRADITIONAL_CHINESE)
Verb = Callable[[], int]
Said = tuple[str, str]
NO_TROUBLE = {"trouble": "", "trouble_zh": "", "trouble_of": ""}


@dataclass(frozen=True, slots=True)
class Chore:
    """What is to be done with one list.

    Attributes:
        whole: does all of it in one transaction; returns how many people it concerned.
        parts: the same person by person, for when the whole is refused because of somebody.
    """

    selection_id: int
    whole: Verb
    parts: Callable[[], Sequence[Verb]] = tuple


@dataclass(slots=True)
class _Tally:
    done: int = 0
    refusals: dict[int, Said] = field(default_factory=dict)


def do_each(
    chores: Iterable[Chore], *, sweep: str, state: Selection.State = Selection.State.PUBLISHED
) -> int:
    """Do these chores; return how many people they concerned.

    A refusal is written to the list and the log. From a published list it is gone when the same
    sweep has nothing more to complain of; an unpublished one waits for staff. Any other error
    surfaces when all other lists are done.

    Args:
        sweep: whose refusals they are.
        state: of the lists that it is concerned with.
    """
    tally = _Tally()
    with ExitStack() as stack:  # what was called back last is done first, whatever the others raise
        stack.callback(_write, tally, sweep, state)
        for chore in reversed(list(chores)):
            stack.callback(_do, chore, tally)
    return tally.done


def _write(tally: _Tally, sweep: str, state: Selection.State) -> None:
    concerned = Selection.objects.filter(state=state)
    for pk, (english, chinese) in tally.refusals.items():
        log.error("list %d, %s: %s", pk, sweep, english)
        concerned.filter(pk=pk).update(trouble=english, trouble_zh=chinese, trouble_of=sweep)
    if state == Selection.State.PUBLISHED:
        past = concerned.filter(trouble_of=sweep).exclude(pk__in=tally.refusals)
        past.update(**NO_TROUBLE)


def forget_trouble(selection: Selection) -> list[str]:
    """Blank what is said of a run's trouble; return the names of the fields to save."""
    for name, blank in NO_TROUBLE.items():
        setattr(selection, name, blank)
    return list(NO_TROUBLE)


def said_in_both(say: Callable[[], str]) -> Said:
    """A sentence in English and in Chinese, kept until somebody reads it in either."""
    said = []
    for language in BOTH:
        with translation.override(language.value):
            said.append(say())
    return said[0], said[1]


def _do(chore: Chore, tally: _Tally) -> None:
    try:
        tally.done += chore.whole()
    except Refused:
        for verb in chore.parts() or [chore.whole]:
            if refusal := _tried(verb, tally):
                tally.refusals.setdefault(chore.selection_id, refusal)


def _tried(verb: Verb, tally: _Tally) -> Said | None:
    """Try a verb; return its refusal in both languages, None if it was done.

    A verb speaks the language that is active, so one that refuses is asked once in each.
    """
    said = []
    for language in BOTH:
        with translation.override(language.value):
            try:
                tally.done += verb()
            except Refused as refused:
                said.append(str(refused))
            else:
                return None
    return said[0], said[1]
