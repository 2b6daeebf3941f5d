"""Named reads of lists. Each takes a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from accounts.models import Approval, User
from accounts.roles import Role
from applications.lifecycle import MOVES, STEPS
from applications.models import Application, Cohort
from selection.models import (
    APPROVAL_KIND,
    Appeal,
    Entry,
    Override,
    SeedCommitment,
    Selection,
    SelectionRule,
)
from selection.partaking import took_part
from selection.programme import LISTINGS, Listing

NEAR_LINE = 10


@dataclass(frozen=True, slots=True)
class Awaited:
    """A list that an application waits for: what was promised, and nothing of what was decided."""

    listing: Listing
    promised_at: datetime


@dataclass(frozen=True, slots=True)
class ListState:
    """One list of one cohort, for staff: what it needs next."""

    cohort: Cohort
    step: str
    listing: Listing
    pool: int
    places: int
    promised_at: datetime
    seed: SeedCommitment | None
    rule: SelectionRule | None
    newest: Selection | None


def awaited_by(application: Application) -> Awaited | None:
    """The list that will be published next for this application, if it waits for one.

    It depends on the stage and the public calendar alone, so before publication it is the same
    for everybody, whatever an unpublished run says.
    """
    for slug, way in STEPS.items():
        if application.stage == way.pool:
            return Awaited(LISTINGS[slug], getattr(application.cohort, way.promised))
    return None


def commitments_of(cohort_id: int) -> list[SeedCommitment]:
    """What the public may know of the seeds of a cohort, in the order of its lists."""
    found = SeedCommitment.objects.filter(cohort=cohort_id).defer("seed")
    return sorted(found, key=lambda one: list(STEPS).index(one.step))


def list_out(cohort_id: int, pool: str) -> Selection | None:
    """The published list of a cohort that ranked who stood in this stage, if there is one."""
    steps = [slug for slug, way in STEPS.items() if way.pool == pool]
    if not steps:
        return None
    return (
        Selection.objects.filter(cohort=cohort_id, step__in=steps, state=Selection.State.PUBLISHED)
        .select_related("cohort__programme")
        .defer("inputs")
        .first()
    )


def open_offer(application_id: int, now: datetime) -> Entry | None:
    """The place that this person is asked to confirm or decline now, if there is one."""
    asked = Q()
    for slug, way in STEPS.items():
        if way.reply:
            asked |= Q(selection__step=slug, application__stage=MOVES[way.select][1])
    return (
        Entry.objects.published()
        .filter(
            asked,
            application_id=application_id,
            reply=Entry.Reply.OFFERED,
            reply_by__gt=now,
        )
        .select_related("selection")
        .defer("selection__inputs")
        .first()
    )


def turn_of(entry: Entry) -> int | None:
    """A reserve's place in the queue now: 1 is next. None for who does not wait."""
    if entry.standing != Entry.Outcome.RESERVE:
        return None
    _sources, waits = MOVES[entry.selection.way.reserve]
    in_turn = Entry.objects.filter(
        selection_id=entry.selection_id, application__stage=waits
    ).waiting()
    ids = list(in_turn.values_list("pk", flat=True))
    # Who is back before their seat was freed stands behind all the others.
    return ids.index(entry.pk) + 1 if entry.pk in ids else len(ids) + 1


def list_states() -> list[ListState]:
    """Every list of every cohort, newest cohort first."""
    pools = {
        slug: Count("applications", filter=Q(applications__stage=way.pool))
        for slug, way in STEPS.items()
    }
    cohorts = Cohort.objects.annotate(**{f"pool_{slug}": count for slug, count in pools.items()})
    seeds = {(s.cohort_id, s.step): s for s in SeedCommitment.objects.all()}
    rules = {(r.cohort_id, r.step): r for r in SelectionRule.objects.order_by("version")}
    runs = {
        (run.cohort_id, run.step): run
        for run in Selection.objects.defer("inputs").order_by("number")
    }
    return [
        ListState(
            cohort=cohort,
            step=slug,
            listing=LISTINGS[slug],
            pool=getattr(cohort, f"pool_{slug}"),
            places=getattr(cohort, way.places),
            promised_at=getattr(cohort, way.promised),
            seed=seeds.get((cohort.pk, slug)),
            rule=rules.get((cohort.pk, slug)),
            newest=runs.get((cohort.pk, slug)),
        )
        for cohort in cohorts
        for slug, way in STEPS.items()
    ]


def in_trouble() -> Q:
    """Runs that could not appear at their instant, or in which something could not be done since.

    Each says on its page what and why.
    """
    return Q(state__in=[Selection.State.DRAWN, Selection.State.PUBLISHED]) & ~Q(trouble="")


def waits_unapproved(now: datetime) -> Q:
    """Runs that are to appear by themselves, and that nobody has approved as they are now.

    Only the newest request about a run counts, as `accounts.domain.approvals` has it.
    """
    about = Approval.objects.filter(
        kind=APPROVAL_KIND, object_id=Cast(OuterRef("pk"), CharField())
    ).order_by("-pk")
    stands = Case(
        When(state=Approval.State.APPROVED, expires_at__gt=now, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    newest = Subquery(about.annotate(stands=stands).values("stands")[:1])
    return Q(state=Selection.State.DRAWN, publish_at__isnull=False, trouble="") & Q(
        Exact(Coalesce(newest, Value(False)), Value(False))
    )


def counts_by_outcome(selection: Selection) -> list[tuple[str, int]]:
    """(label, people) for each outcome, in the order of the list; outcomes of nobody too."""
    found = dict(
        selection.entries.values_list("outcome").annotate(n=Count("pk")).order_by("outcome")
    )
    return [(str(outcome.label), found.get(outcome.value, 0)) for outcome in Entry.Outcome]


def counts_by_reply(selection: Selection) -> list[tuple[str, int]]:
    """(label, people) for each reply that somebody gave or is asked for."""
    found = dict(selection.entries.values_list("reply").annotate(n=Count("pk")).order_by("reply"))
    return [
        (str(reply.label), found[reply.value])
        for reply in Entry.Reply
        if reply != Entry.Reply.NONE and reply.value in found
    ]


def line_at(selection: Selection) -> int:
    """The position of the last whom the line takes; who was moved by hand stands elsewhere."""
    taken = selection.entries.filter(outcome=Entry.Outcome.SELECTED)
    by_rank = taken.exclude(application__in=selection.moved_in)
    return by_rank.aggregate(last=Max("position"))["last"] or 0


def near_line(selection: Selection, last: int) -> QuerySet[Entry]:
    """Ten on either side of the position `last`, best first."""
    return selection.entries.filter(
        position__gt=last - NEAR_LINE, position__lte=last + NEAR_LINE
    ).select_related("application")


def tied_at_line(selection: Selection) -> QuerySet[Entry]:
    """Those who share the rank that the line falls into, in the order of their lottery numbers."""
    if not selection.tied:
        return selection.entries.none()
    last = selection.entries.filter(position=line_at(selection)).values("rank")
    return selection.entries.filter(rank__in=last).select_related("application")


@dataclass(frozen=True, slots=True)
class Change:
    """What a run decides otherwise than the one before it; None where one of them has nobody."""

    application: Application
    before: Entry | None
    after: Entry | None


def changes_from_last(selection: Selection) -> list[Change] | None:
    """Who is selected by one of this run and the last ranked one before it and not by the other.

    None if there is no earlier run. Best first by the newer run.
    """
    earlier = (
        Selection.objects.filter(
            cohort=selection.cohort_id, step=selection.step, number__lt=selection.number
        )
        .exclude(result_digest="")
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    if earlier is None:
        return None
    now_in, then_in = (
        {entry.application_id: entry for entry in _selected(run)} for run in (selection.pk, earlier)
    )
    crossed = now_in.keys() ^ then_in.keys()
    rows = {
        run: {entry.application_id: entry for entry in _of(run, crossed)}
        for run in (selection.pk, earlier)
    }
    changes = [
        Change(
            application=(rows[selection.pk].get(key) or rows[earlier][key]).application,
            before=rows[earlier].get(key),
            after=rows[selection.pk].get(key),
        )
        for key in crossed
    ]
    last = selection.entries.count() + 1
    return sorted(
        changes,
        key=lambda one: ((one.after and one.after.position) or last, one.application.pk),
    )


def _selected(run: int) -> QuerySet[Entry]:
    chosen = Entry.objects.filter(selection=run, outcome=Entry.Outcome.SELECTED)
    return chosen.only("application_id")


def _of(run: int, applications: Iterable[int]) -> QuerySet[Entry]:
    return Entry.objects.filter(selection=run, application__in=applications).select_related(
        "application"
    )


def overrides_of(selection: Selection) -> QuerySet[Override]:
    """Who is moved by hand in this run; for a run in work also what the next one would take up."""
    found = Override.objects.filter(cohort=selection.cohort_id, step=selection.step)
    return found.select_related("application", "asked_by", "agreed_by", "taken_back_by")


def free_numbers(selection: Selection) -> list[int]:
    """The numbers of the list's seats that nobody holds."""
    seats = selection.seats or 0
    held = selection.entries.filter(seat__lte=seats).order_by()
    taken = set(held.values_list("seat", flat=True))
    return [number for number in range(1, seats + 1) if number not in taken]


def free_seats(selection: Selection) -> list[int]:
    """Those that can be given again: while fewer people than places hold one."""
    return free_numbers(selection)[: open_places(selection)]


def open_places(selection: Selection) -> int:
    """How many places nobody holds; who was moved in by hand sits above them."""
    held = selection.entries.filter(seat__lte=selection.seats or 0)
    within = held.exclude(application__in=selection.moved_in).count()
    return max(selection.places - within, 0)


@dataclass(frozen=True, slots=True)
class FreePlaces:
    """Places of a published list that nobody holds, and whether somebody may still move up."""

    count: int
    closed: bool


def free_places(selection: Selection, now: datetime) -> FreePlaces | None:
    """What is free now; None where nothing is, or the list is not out."""
    if selection.state != Selection.State.PUBLISHED:
        return None
    count = len(free_seats(selection))
    return FreePlaces(count, now >= selection.reserves_until) if count else None


def declined(selection: Selection) -> QuerySet[Entry]:
    """Who gave a place of this run up and has not been given another, newest first."""
    if selection.way.reply is None:
        return selection.entries.none()
    _sources, has_declined = MOVES[selection.way.reply.decline]
    gone = selection.entries.filter(
        reply=Entry.Reply.DECLINED, first_in_turn=False, application__stage=has_declined
    )
    return gone.select_related("application").order_by("-replied_at", "pk")


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody whose role decides about appeals; `parts` is why they may not about this one."""

    person: User
    parts: list[str]


def deciders(appeal: Appeal) -> list[Decider]:
    """Who may decide about an appeal, and then who may not; a constant number of queries."""
    parts = took_part(appeal.entry)
    managers = User.objects.filter(
        Q(groups__name=Role.PROGRAMME_MANAGER) | Q(is_superuser=True), is_active=True
    )
    found = [
        Decider(person, parts.get(person.pk, []))
        for person in managers.exclude(pk=appeal.made_by_id).distinct().order_by("email")
    ]
    return sorted(found, key=lambda one: bool(one.parts))


def not_ranked(selection: Selection) -> QuerySet[Entry]:
    """Those whom a missing score keeps out of the ranking."""
    return selection.entries.filter(outcome=Entry.Outcome.NOT_RANKED).select_related("application")
