"""What two people can agree on. Every app registers its own kinds.

A kind says its name, how a request reads, and where it is decided: on a page of its own, or on the
general page of approvals (`admin:accounts_approval_change`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from accounts.models import Approval, Job, User
from accounts.roles import Role

Line = tuple[str, str]
"""A label and what is asked for under it, in the reader's language."""

Describe = Callable[[Approval], Sequence[Line]]
Link = Callable[[Approval], str | None]
Work = Callable[[Approval], Job | None]
CarryOut = Callable[[Approval, User, datetime], None]
"""Do what was asked, in the transaction of the approving decision; a `Refused` undoes both."""
Happened = Callable[[Approval], bool]
"""Whether what was approved has been done."""
Shown = Callable[[Approval], dict[str, Any]]
"""What a template of the kind shows of a request, in the reader's language."""
Hold = Callable[[Approval], None]
"""Lock what the request is about, as whoever acts on the approval does before they ask for it."""


def _nothing_more(approval: Approval) -> Sequence[Line]:
    return ()


def _shows_nothing(approval: Approval) -> dict[str, Any]:
    return {}


def _no_work(approval: Approval) -> Job | None:
    return None


def _nowhere(approval: Approval) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    Attributes:
        title: what is asked for, in words.
        describe: exactly what the second person agrees to.
        page: the name of the address on which requests of this kind are decided; it takes the id
            of the object. Blank where that is the general page.
        link: the address of what the request concerns, if it has one.
        carry_out: what the approval itself does; None where the asker acts on it afterwards.
        happened: whether the asker has, for a kind without `carry_out`: an approval can be taken
            back until then.
        hold: goes with `happened`, so that of acting and giving up one comes after the other.
        when_refused: what a refusal does to what was asked for, in its transaction.
        when_withdrawn: the same where the asker gives it up, or it has lapsed and is cleared.
        deciders: who may approve or refuse.
        work: the job that does what was approved, where a worker does it.
        template: shows, on the general page, what lines cannot; blank if they can.
        shown: what that template shows.
        confirms: what whoever approves must have said one by one, by name and in words.
    """

    title: str | Promise
    describe: Describe = _nothing_more
    page: str = ""
    link: Link = _nowhere
    carry_out: CarryOut | None = None
    happened: Happened | None = None
    hold: Hold | None = None
    when_refused: CarryOut | None = None
    when_withdrawn: CarryOut | None = None
    deciders: tuple[Role, ...] = (Role.PROGRAMME_MANAGER,)
    work: Work = _no_work
    template: str = ""
    shown: Shown = _shows_nothing
    confirms: tuple[tuple[str, str | Promise], ...] = ()


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    title: str | Promise,
    describe: Describe = _nothing_more,
    page: str | None = None,
    link: Link = _nowhere,
    carry_out: CarryOut | None = None,
    happened: Happened | None = None,
    hold: Hold | None = None,
    when_refused: CarryOut | None = None,
    when_withdrawn: CarryOut | None = None,
    deciders: tuple[Role, ...] = (Role.PROGRAMME_MANAGER,),
    work: Work = _no_work,
    template: str = "",
    shown: Shown = _shows_nothing,
    confirms: tuple[tuple[str, str | Promise], ...] = (),
) -> None:
    """Let people ask for this; registering a kind again replaces it.

    Raises:
        ValueError: it says when it happens although the approval does it, or not what to lock.
    """
    if (happened is None) != (hold is None) or (carry_out and happened):
        raise ValueError("`happened` goes with `hold`, and not with `carry_out`")
    _kinds[kind] = Kind(
        title=title,
        describe=describe,
        page=page or "",
        link=link,
        carry_out=carry_out,
        happened=happened,
        hold=hold,
        when_refused=when_refused,
        when_withdrawn=when_withdrawn,
        deciders=deciders,
        work=work,
        template=template,
        shown=shown,
        confirms=confirms,
    )


def known(kind: str) -> Kind:
    """The kind of this name. One that nobody registered says its name, and does nothing."""
    return _kinds.get(kind) or Kind(kind)


def titles() -> dict[str, str]:
    """Every kind and its words, in the reader's language."""
    return {name: str(kind.title) for name, kind in _kinds.items()}


def split_by_decider(
    may: Callable[[tuple[Role, ...]], bool],
) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the kinds that somebody may decide, and of those that they may not."""
    theirs = frozenset(name for name, kind in _kinds.items() if may(kind.deciders))
    return theirs, frozenset(_kinds) - theirs
