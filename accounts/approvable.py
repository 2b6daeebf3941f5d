"""What two people can agree on. Every app registers its own kinds.

A kind says its name, what its requests are about, how one reads, and where it is decided: on a page
of its own, or on the general page of approvals (`admin:accounts_approval_change`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.languages import Language
from accounts.models import Approval, Job, User
from accounts.roles import Role

Row = TypeVar("Row", bound=Model)
Line = tuple[str, str]
"""A label and what is asked for under it, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about, in the reader's language.

    Attributes:
        words: for staff; the same in the list of requests and on the page of one.
        reference: what a letter may call it: never the name of an applicant.
        address: the staff page of it, if it has one.
    """

    words: str
    reference: str = ""
    address: str = ""


Describe = Callable[[Approval], Sequence[Line]]
NameAll = Callable[[Sequence[Approval]], Mapping[int, Subject]]
"""What each of many requests of a kind is about, by the id of the request; what is gone is left
out. However many there are, the number of queries is the same."""
Find = Callable[[str], Q]
"""Which requests of a kind are about what somebody looks for."""
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    Attributes:
        title: what is asked for, in words.
        name_all: what its requests are about, many at a time.
        find: those that are about what somebody looks for, by its name or reference.
        describe: exactly what the second person agrees to.
        page: the name of the address on which requests of this kind are decided; it takes the id
            of the object. Blank where that is the general page.
        carry_out: what the approval itself does; None where the asker acts on it afterwards.
        happened: whether the asker has, for a kind without `carry_out`: an approval can be taken
            back until then.
        deed: how the trail has that: the kind of object ("app.model") and the verb.
        hold: goes with `happened`, so that of acting and giving up one comes after the other.
        when_refused: what a refusal does to what was asked for, in its transaction.
        when_withdrawn: the same where the asker gives it up, or it has lapsed and is cleared.
        deciders: who may approve or refuse.
        reads: the languages that they must be on record as reading.
        work: the job that does what was approved, where a worker does it.
        template: shows, on the general page, what lines cannot; blank if they can.
        shown: what that template shows.
        confirms: what whoever approves must have said one by one, by name and in words.
    """

    title: str | Promise
    name_all: NameAll | None = None
    find: Find | None = None
    describe: Describe = _nothing_more
    page: str = ""
    carry_out: CarryOut | None = None
    happened: Happened | None = None
    deed: tuple[str, str] | None = None
    hold: Hold | None = None
    when_refused: CarryOut | None = None
    when_withdrawn: CarryOut | None = None
    deciders: tuple[Role, ...] = (Role.PROGRAMME_MANAGER,)
    reads: tuple[Language, ...] = ()
    work: Work = _no_work
    template: str = ""
    shown: Shown = _shows_nothing
    confirms: tuple[tuple[str, str | Promise], ...] = ()


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    title: str | Promise,
    name_all: NameAll | None = None,
    find: Find | None = None,
    describe: Describe = _nothing_more,
    page: str | None = None,
    carry_out: CarryOut | None = None,
    happened: Happened | None = None,
    deed: tuple[str, str] | None = None,
    hold: Hold | None = None,
    when_refused: CarryOut | None = None,
    when_withdrawn: CarryOut | None = None,
    deciders: tuple[Role, ...] = (Role.PROGRAMME_MANAGER,),
    reads: tuple[Language, ...] = (),
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
        name_all=name_all,
        find=find,
        describe=describe,
        page=page or "",
        carry_out=carry_out,
        happened=happened,
        deed=deed,
        hold=hold,
        when_refused=when_refused,
        when_withdrawn=when_withdrawn,
        deciders=deciders,
        reads=reads,
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


def subjects_of(approvals: Iterable[Approval]) -> dict[int, Subject]:
    """What each request is about, by its id; the number of queries depends on the kinds alone."""
    by_kind: defaultdict[str, list[Approval]] = defaultdict(list)
    for approval in approvals:
        by_kind[approval.kind].append(approval)
    subjects: dict[int, Subject] = {}
    for kind, asked in by_kind.items():
        name_all = known(kind).name_all
        found = name_all(asked) if name_all else {one.pk: _numbered(one) for one in asked}
        subjects |= {one.pk: found.get(one.pk) or _gone(one) for one in asked}
    return subjects


def subject_of(approval: Approval) -> Subject:
    """What one request is about."""
    return subjects_of([approval])[approval.pk]


def _numbered(approval: Approval) -> Subject:
    return Subject(_("number %(number)s") % {"number": approval.object_id})


def _gone(approval: Approval) -> Subject:
    number = {"number": approval.object_id}
    return Subject(_("no longer there (it had the number %(number)s)") % number)


def name_each(
    approvals: Sequence[Approval], rows: QuerySet[Row], name: Callable[[Row], Subject]
) -> dict[int, Subject]:
    """What each is about, where a request has the number of its row; one query."""
    found = rows.in_bulk([int(one.object_id) for one in approvals])
    named = {str(pk): name(row) for pk, row in found.items()}
    return {one.pk: named[one.object_id] for one in approvals if one.object_id in named}


def of_objects(rows: QuerySet[Model]) -> Q:
    """The requests about these rows, where a request has the number of its row."""
    return Q(object_id__in=rows.annotate(as_text=Cast("pk", CharField())).values("as_text"))


def about(text: str) -> Q:
    """The requests that are of a kind called so, or about something called so."""
    wanted = text.casefold()
    titled = [name for name, title in titles().items() if wanted in title.casefold()]
    found = Q(kind__in=titled)
    for name, kind in _kinds.items():
        if kind.find is not None:
            found |= Q(kind=name) & kind.find(text)
    return found


def split_by_decider(may: Callable[[Kind], bool]) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the kinds that somebody may decide, and of those that they may not."""
    theirs = frozenset(name for name, kind in _kinds.items() if may(kind))
    return theirs, frozenset(_kinds) - theirs
