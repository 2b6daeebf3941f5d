"""Find the applications of a cohort that may be one person's; `merging` is what people decide.

Nothing is refused and nothing is joined by itself: the same mobile may be a parent's, the same
mailbox a department's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import combinations

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from applications.lifecycle import LEFT
from applications.models import Application, DuplicateCase, Stage

# A draft is its writer's alone; who has left competes with nobody.
COMPARED = frozenset(Stage) - {Stage.DRAFT, Stage.WITHDRAWN, Stage.MERGED}
KEYS_OF_ONE = 2  # a mailbox and a mobile
MOST_COMPARED = 10  # applications with one key of which each pair is a case


def look_for_duplicates(*, application_ids: Collection[int], now: datetime) -> int:
    """Open a case for each pair that these applications make with others; return how many are new.

    Call in the transaction that submits or changes them. The keys are locked first, so that of
    two people who submit at the same instant the later one finds the earlier.
    """
    with transaction.atomic():
        rows = list(
            Application.objects.filter(pk__in=application_ids, stage__in=COMPARED)
            .order_by("pk")
            .values_list("pk", "cohort_id", "user__mailbox", "mobile")
        )
        by_cohort: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for pk, cohort_id, mailbox, mobile in rows:
            by_cohort[cohort_id].append((pk, mailbox, mobile))
        return sum(_look(cohort_id, mine, now) for cohort_id, mine in sorted(by_cohort.items()))


def _look(cohort_id: int, mine: list[tuple[int, str, str]], now: datetime) -> int:
    mailboxes = {mailbox for _pk, mailbox, _mobile in mine if mailbox}
    mobiles = {mobile for _pk, _mailbox, mobile in mine if mobile}
    _lock(cohort_id, mailboxes | mobiles)
    others = (
        Application.objects.filter(cohort=cohort_id, stage__in=COMPARED)
        .filter(Q(user__mailbox__in=mailboxes) | Q(mobile__in=mobiles))
        .values_list("pk", "user__mailbox", "mobile")
    )
    reasons = DuplicateCase.Reason
    sharing: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, mailbox, mobile in others:
        sharing[reasons.MAILBOX, mailbox].add(pk)
        if mobile:
            sharing[reasons.MOBILE, mobile].add(pk)
    asked_about = {pk for pk, _mailbox, _mobile in mine}
    found: dict[tuple[int, int], str] = {}
    for (reason, _key), pks in sorted(sharing.items()):
        for first, second in _pairs(sorted(pks)):
            if first in asked_about or second in asked_about:
                found.setdefault((first, second), reason)
    known = set(
        DuplicateCase.objects.filter(cohort=cohort_id, first__in={a for a, _b in found})
        .values_list("first_id", "second_id")
    )  # fmt: skip
    new = [
        DuplicateCase(
            cohort_id=cohort_id, first_id=first, second_id=second, reason=reason, found_at=now
        )
        for (first, second), reason in found.items()
        if (first, second) not in known
    ]
    DuplicateCase.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    return len(new)


def undecided_duplicates(cohort_id: int, now: datetime) -> frozenset[int]:
    """The applications of a cohort that may be one person's, while both of a pair take part."""
    pairs = open_pairs(cohort_id).values_list("first", "second")
    return frozenset(pk for pair in pairs for pk in pair)


def open_pairs(cohort_id: int) -> QuerySet[DuplicateCase]:
    """The cases that nobody has decided while both of the pair take part."""
    return (
        DuplicateCase.objects.filter(cohort=cohort_id, state=DuplicateCase.State.OPEN)
        .exclude(first__stage__in=LEFT)
        .exclude(second__stage__in=LEFT)
    )


def _pairs(pks: list[int]) -> Iterator[tuple[int, int]]:
    """Every pair of a few; of many, each with the oldest.

    A number that half a file has says nothing about a person, and all its pairs would be millions.
    """
    if len(pks) <= MOST_COMPARED:
        yield from combinations(pks, 2)
    else:
        yield from ((pks[0], later) for later in pks[1:])


def _lock(cohort_id: int, keys: Collection[str]) -> None:
    """Hold these keys until the transaction ends: one person's keys, or for a file the cohort.

    Whoever holds a key shares the cohort, so a file waits for single people and they for it.
    """
    whole = f"duplicates:{cohort_id}"
    if len(keys) > KEYS_OF_ONE:
        locks, names = ["pg_advisory_xact_lock"], [whole]
    else:
        locks = ["pg_advisory_xact_lock_shared", *("pg_advisory_xact_lock" for _key in keys)]
        names = [whole, *(f"{whole}:{key}" for key in sorted(keys))]
    calls = ", ".join(f"{lock}(hashtextextended(%s, 0))" for lock in locks)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", names)
