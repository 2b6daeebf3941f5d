"""What a member of staff finds on the first page: queues, deadlines, where everybody stands.

Every number stands beside a link, and the list behind the link has as many rows: both come from the
rows that this person may read, narrowed by the same words of the address. The number of queries
does not grow with cohorts, and who may not open a list is not shown its number.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Min, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.approvable import subjects_of
from accounts.models import Approval, Job, User
from accounts.queries import approvals_waiting_for
from accounts.web.staff import kind_of, page_of
from applications.models import AccessRequest, Application, Cohort, DuplicateCase, Stage
from applications.queries import waiting_for_review
from applications.rules import reads_cohorts, reads_everything, reviews_applications
from matching.models import MatchRun, Offer, Opportunity
from notifications.domain.agreed import Life
from notifications.domain.correcting import CORRECTIONS
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.models import AddressTrouble, LetterText, Message
from notifications.moments import HONG_KONG
from notifications.queries import is_uncertain, lacks_reader
from quiz.models import Attempt, ItemVersion
from selection.models import Appeal, Entry, Selection
from selection.queries import in_trouble, list_states, waits_unapproved

AHEAD = timedelta(days=7)
FAILED_SINCE = timedelta(days=7)
SHOWN_COHORTS = 6
DATES: dict[str, str | Promise] = {
    "applications_open_at": _("Applications open"),
    "applications_close_at": _("Applications close"),
    "quiz_opens_at": _("The quiz opens"),
    "quiz_closes_at": _("The quiz closes"),
    "shortlist_at": _("Bootcamp places are to be published"),
    "project_due_at": _("Mini-projects are due"),
    "finalists_at": _("Finalists are to be published"),
    "rankings_close_at": _("Rankings close"),
    "match_at": _("The match is to be published"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A queue: its words, how many wait in it, and the list of them."""

    what: str | Promise
    count: int
    url: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for this person's approval, and the page on which it is decided."""

    what: str
    about: str
    url: str
    by: User | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a date; `late` if the date is over and the thing is not done."""

    what: str
    at: datetime
    cohort: Cohort
    url: str
    late: bool = False
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One stage: for each cohort that is shown, how many stand there, and the list of them."""

    stage: Stage
    cells: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Queue:
    """A list of the staff site, narrowed by words of its address.

    Attributes:
        narrowed: the words, as of now.
        same: what they mean to the database.
    """

    what: str | Promise
    model: type[Model]
    narrowed: Callable[[datetime], dict[str, str]]
    same: Callable[[datetime], Q]
    is_wrong: bool = False


def _state(state: str) -> dict[str, Any]:
    return {
        "narrowed": lambda now: {"state__exact": state},
        "same": lambda now: Q(state=state),
    }


def _some_days_ago(now: datetime) -> datetime:
    day = now.astimezone(HONG_KONG).date() - FAILED_SINCE
    return datetime.combine(day, time.min, HONG_KONG)


def _stuck(what: str | Promise, life: Life[Any]) -> _Queue:
    """Those that wait, for a second person or a worker, and that nobody can send as they are."""
    return _Queue(
        what,
        life.model,
        narrowed=lambda now: {"stands": "stuck"},
        same=lambda now: Q(pk__in=life.hindrances(now)),
        is_wrong=True,
    )


QUEUES: tuple[_Queue, ...] = (
    _Queue(
        _("Pairs of applications that may be one person’s"),
        DuplicateCase,
        **_state(DuplicateCase.State.OPEN),
    ),
    _Queue(
        _("Requests for arrangements that wait for an answer"),
        AccessRequest,
        **_state(AccessRequest.State.ASKED),
    ),
    _Queue(
        _("Questions that wait for a second person"),
        ItemVersion,
        narrowed=lambda now: {"approved_at__isempty": "1"},
        same=lambda now: Q(approved_at__isnull=True),
    ),
    _Queue(_("People who sit the quiz now"), Attempt, **_state(Attempt.State.OPEN)),
    _Queue(
        _("Lists in trouble: each says why"),
        Selection,
        narrowed=lambda now: {"appears": "troubled"},
        same=lambda now: in_trouble(),
        is_wrong=True,
    ),
    _Queue(
        _("Lists that are to appear by themselves and are not approved yet"),
        Selection,
        narrowed=lambda now: {"appears": "unapproved"},
        same=waits_unapproved,
    ),
    _Queue(_("Appeals to decide"), Appeal, **_state(Appeal.State.OPEN)),
    _Queue(
        _("Opportunities that wait for approval"), Opportunity, **_state(Opportunity.State.DRAFT)
    ),
    _Queue(_("Offers that wait for an answer"), Offer, **_state(Offer.State.SENT)),
    _stuck(_("Letters to many that cannot be sent as they are"), ANNOUNCEMENTS),
    _stuck(_("Corrections to many that cannot be sent as they are"), CORRECTIONS),
    _Queue(
        _("Texts of messages that wait for a reader, and nobody is on record for the language"),
        LetterText,
        narrowed=lambda now: {"readerless": "yes"},
        same=lacks_reader,
        is_wrong=True,
    ),
    _Queue(
        _("Messages that may or may not have left"),
        Message,
        narrowed=lambda now: {"uncertain": "yes"},
        same=is_uncertain,
        is_wrong=True,
    ),
    _Queue(
        _("Messages that could not be sent"),
        Message,
        **_state(Message.State.FAILED),
        is_wrong=True,
    ),
    _Queue(
        _("Messages that were kept back"),
        Message,
        **_state(Message.State.WITHHELD),
        is_wrong=True,
    ),
    _Queue(
        _("Addresses from which our mail comes back"),
        AddressTrouble,
        narrowed=lambda now: {"open": "yes"},
        same=lambda now: Q(settled_at__isnull=True),
        is_wrong=True,
    ),
    _Queue(
        _("Long work that failed in the last seven days"),
        Job,
        narrowed=lambda now: {
            "state__exact": Job.State.FAILED,
            "ended_at__gte": _some_days_ago(now).isoformat(),
        },
        same=lambda now: Q(state=Job.State.FAILED, ended_at__gte=_some_days_ago(now)),
        is_wrong=True,
    ),
)


def tiles(request: HttpRequest, now: datetime) -> list[Tile]:
    """The queues whose lists this person may open; one query each, three of what goes to many."""
    found = []
    if reviews_applications(request.user):
        page = reverse("admin:applications_review_queue")
        found.append(
            Tile(_("Applications that wait for a decision"), waiting_for_review().count(), page)
        )
    for queue in QUEUES:
        page_of_model = admin.site.get_model_admin(queue.model)
        if page_of_model.has_view_permission(request):
            rows = page_of_model.get_queryset(request).filter(queue.same(now))
            url = _list_of(queue.model, queue.narrowed(now))
            found.append(Tile(queue.what, rows.count(), url, queue.is_wrong))
    return found


def asked_of(person: User, now: datetime) -> list[Asked]:
    """What waits for this person's approval, what lapses first on top."""
    waiting = approvals_waiting_for(person, now).select_related("requested_by")
    requests = list(waiting.order_by("expires_at", "pk"))
    about = subjects_of(requests)
    return [
        Asked(kind_of(one), about[one.pk].words, page_of(one), one.requested_by, one.expires_at)
        for one in requests
    ]


def approvals_list() -> str:
    """The list of what waits for the reader."""
    return _list_of(Approval, {"waits": "me"})


def due(person: User, now: datetime) -> list[Due]:
    """What is late, and the dates of the next seven days, earliest first."""
    found: list[Due] = []
    everything = bool(reads_everything(person))
    if reads_cohorts(person):
        found += _dates(now, everything=everything)
    if everything:
        found += [*_late_lists(now), *_late_matches(now), *_replies(now), *_offers(now)]
    return sorted(found, key=lambda one: (one.at, one.cohort.pk, one.what))


def standings(request: HttpRequest) -> tuple[list[Cohort], list[Standing]]:
    """The newest cohorts, and how many of each stand in which stage."""
    page = admin.site.get_model_admin(Application)
    if not page.has_view_permission(request):
        return [], []
    newest = Cohort.objects.select_related("programme").order_by("-applications_open_at", "-pk")
    cohorts = list(newest[:SHOWN_COHORTS])
    rows = Application.objects.filter(cohort__in=[one.pk for one in cohorts])
    counts: dict[tuple[int, str], int] = {
        (cohort, stage): n
        for cohort, stage, n in rows.values_list("cohort", "stage")
        .annotate(n=Count("pk"))
        .order_by()
    }
    return cohorts, [
        Standing(stage, tuple(_cell(one, stage, counts) for one in cohorts))
        for stage in Stage
        if any((one.pk, stage.value) in counts for one in cohorts)
    ]


def _cell(cohort: Cohort, stage: Stage, counts: dict[tuple[int, str], int]) -> tuple[int, str]:
    narrowed = {"cohort__id__exact": str(cohort.pk), "stage__exact": stage.value}
    return counts.get((cohort.pk, stage.value), 0), _list_of(Application, narrowed)


def _list_of(model: type[Model], narrowed: dict[str, str]) -> str:
    meta = model._meta
    page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{page}?{urlencode(narrowed)}"


# ---- what is due -------------------------------------------------------------------------------


def _dates(now: datetime, *, everything: bool) -> Iterator[Due]:
    until = now + AHEAD
    today = now.astimezone(HONG_KONG).date()
    days = [today + timedelta(days=n) for n in range(AHEAD.days)]
    soon = Q(bootcamp_dates__overlap=days)
    for name in DATES:
        soon |= Q(**{f"{name}__gte": now, f"{name}__lt": until})
    for cohort in Cohort.objects.filter(soon).select_related("programme").order_by("pk"):
        page = (
            reverse("staff_cohort", args=[cohort.slug])
            if everything
            else reverse("admin:applications_cohort_set_up", args=[cohort.pk])
        )
        for name, what in DATES.items():
            at = getattr(cohort, name)
            if now <= at < until:
                yield Due(str(what), at, cohort, page)
        for number, day in enumerate(sorted(cohort.bootcamp_dates), start=1):
            if day in days:
                at = datetime.combine(day, time.min, HONG_KONG)
                what = gettext("Bootcamp, day %(number)d") % {"number": number}
                yield Due(what, at, cohort, page, whole_day=True)


def _late_lists(now: datetime) -> Iterator[Due]:
    page = reverse("admin:selection_selection_lists")
    for state in list_states():
        published = state.newest and state.newest.state == Selection.State.PUBLISHED
        if state.pool and state.promised_at <= now and not published:
            what = gettext("%(list)s: due and not published") % {"list": state.listing.title}
            yield Due(what, state.promised_at, state.cohort, page, late=True)


def _late_matches(now: datetime) -> Iterator[Due]:
    page = reverse("admin:matching_matchrun_changelist")
    waiting = Cohort.objects.filter(match_at__lte=now, applications__stage=Stage.FINALIST)
    done = MatchRun.objects.filter(state=MatchRun.State.PUBLISHED).values("cohort")
    for cohort in waiting.exclude(pk__in=done).select_related("programme").distinct():
        yield Due(gettext("The match: due and not published"), cohort.match_at, cohort, page, True)


def _replies(now: datetime) -> Iterator[Due]:
    asked = Entry.objects.published().filter(
        reply=Entry.Reply.OFFERED,
        application__stage=Stage.PLACE_OFFERED,
        reply_by__gt=now,
        reply_by__lt=now + AHEAD,
    )
    for cohort, count, first in _by_cohort(asked, "selection__cohort", "reply_by"):
        what = ngettext(
            "%(n)d place waits for an answer", "%(n)d places wait for an answer", count
        ) % {"n": count}
        narrowed = {
            "selection__cohort__id__exact": str(cohort.pk),
            "selection__state__exact": Selection.State.PUBLISHED.value,
            "application__stage__exact": Stage.PLACE_OFFERED.value,
            "reply__exact": Entry.Reply.OFFERED.value,
            **_soon("reply_by", now),
        }
        yield Due(what, first, cohort, _list_of(Entry, narrowed))


def _offers(now: datetime) -> Iterator[Due]:
    open_ = Offer.objects.filter(
        state=Offer.State.SENT, expires_at__gt=now, expires_at__lt=now + AHEAD
    )
    for cohort, count, first in _by_cohort(open_, "application__cohort", "expires_at"):
        what = ngettext(
            "%(n)d offer waits for an answer", "%(n)d offers wait for an answer", count
        ) % {"n": count}
        narrowed = {
            "application__cohort__id__exact": str(cohort.pk),
            "state__exact": Offer.State.SENT.value,
            **_soon("expires_at", now),
        }
        yield Due(what, first, cohort, _list_of(Offer, narrowed))


def _soon(field: str, now: datetime) -> dict[str, str]:
    """The words of an address for what is due in the next days."""
    return {f"{field}__gt": now.isoformat(), f"{field}__lt": (now + AHEAD).isoformat()}


def _by_cohort(rows: QuerySet[Any], cohort: str, at: str) -> Iterable[tuple[Cohort, int, datetime]]:
    """For each cohort of the rows how many there are, and the earliest instant; two queries."""
    found = rows.values_list(cohort).annotate(n=Count("pk"), first=Min(at)).order_by(cohort)
    counted = {pk: (n, first) for pk, n, first in found}
    cohorts = Cohort.objects.select_related("programme").in_bulk(counted)
    return [(cohorts[pk], *counted[pk]) for pk in sorted(counted)]
