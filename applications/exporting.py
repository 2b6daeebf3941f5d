"""For what a list may leave the house, and what is in it. There is no list of everything.

A purpose names the people it concerns and the least that serves it. A list of people has one row a
person; a report has counts alone, and nobody in it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import rules
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import counts
from applications.lifecycle import IN_BOOTCAMP, IN_FINAL
from applications.models import Application, Cohort, Consent, Institution, Level, Stage, Status
from applications.rules import manages_cohorts, reads_everything, reviews_applications
from applications.tables import Cell

CHUNK = 1000
# In what leaves for a university, a number this small could be somebody its reader knows.
SMALLEST_COUNT = 5

IN_REVIEW = (Stage.SUBMITTED, Stage.ELIGIBLE, Stage.INELIGIBLE)
IN_THE_RUNNING = (
    Stage.SUBMITTED,
    Stage.ELIGIBLE,
    Stage.PLACE_OFFERED,
    Stage.RESERVE,
    *sorted(IN_BOOTCAMP),
)
NAMES = ("surname_en", "given_en", "preferred_name", "name_zh")

Headings = Sequence[str | Promise]
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a list is for.

    Attributes:
        says: to whom it goes and what stands in it, in a sentence.
        allowed: who may ask for it.
        people: those of a cohort whom it concerns now, or None for a report of counts.
    """

    slug: str
    title: str | Promise
    says: str | Promise
    allowed: rules.Predicate
    people: Callable[[Cohort], QuerySet[Application]] | None
    headings: Callable[[Cohort], Headings]
    rows: "Rows"

    @property
    def names_people(self) -> bool:
        """Whether there is anybody in it."""
        return self.people is not None


class Rows(Protocol):
    """Read the rows of a list, some at a time; in a report `people` is nobody."""

    def __call__(self, cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]: ...


def people_of(purpose: Purpose, cohort: Cohort) -> QuerySet[Application]:
    """The people whom a list concerns at this moment, in the order of the list."""
    if purpose.people is None:
        return Application.objects.none()
    return purpose.people(cohort).order_by("surname_en", "given_en", "pk")


def still_in_it(purpose: Purpose, cohort: Cohort, ids: Collection[int]) -> QuerySet[Application]:
    """Those of a frozen list whom it still concerns: who has left since is not among them."""
    return people_of(purpose, cohort).filter(pk__in=ids)


def headings_of(purpose: Purpose, cohort: Cohort) -> list[str]:
    """The headings in the reader's language."""
    return [str(heading) for heading in purpose.headings(cohort)]


def _standing_in(*stages: str) -> Callable[[Cohort], QuerySet[Application]]:
    return lambda cohort: cohort.applications.filter(stage__in=stages)


def _consenting(consent: str) -> Callable[[Cohort], QuerySet[Application]]:
    """Whose agreement to this purpose stands."""
    given = Consent.objects.filter(
        application=OuterRef("pk"), purpose=consent, withdrawn_at__isnull=True
    )
    return lambda cohort: counts.standing(cohort).filter(Exists(given))


def _fields(*names: str) -> Rows:
    """Rows of plain fields."""

    def rows(cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]:
        return people.values_list(*names).iterator(chunk_size=CHUNK)

    return rows


def _review_rows(cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]:
    levels, statuses, stages = dict(Level.choices), dict(Status.choices), dict(Stage.choices)
    adult = {True: _("yes"), False: _("no"), None: _("not asked")}
    for one in people.select_related("institution").iterator(chunk_size=CHUNK):
        yield (
            one.reference,
            one.surname_en,
            one.given_en,
            str(stages[one.stage]),
            str(statuses.get(one.status, "")),
            str(levels.get(one.level, "")),
            str(one.institution or one.institution_other),
            one.study_programme,
            f"{one.completion_on:%Y-%m}" if one.completion_on else "",
            adult[one.is_adult],
            len(one.available_days),
            one.submitted_at,
        )


def _attendance_rows(cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]:
    blanks = ("",) * len(cohort.bootcamp_dates)
    for names in people.values_list(*NAMES).iterator(chunk_size=CHUNK):
        yield (*names, *blanks)


def _board_rows(cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]:
    unlisted = _("Another institution")
    for what, lines in (
        (_("Stage"), counts.by_stage(cohort)),
        (_("Level of study"), counts.by_level(cohort)),
        (_("How they heard of us"), counts.by_source(cohort)),
        (_("Institution"), counts.by_institution(cohort, others=unlisted)),
    ):
        yield from ((what, line.label, line.count) for line in lines)


def _partner_rows(cohort: Cohort, people: QuerySet[Application]) -> Iterator[Row]:
    rows = {row.pk: row for row in Institution.objects.all()}
    found: dict[int, Counter[str]] = {}
    counted = counts.standing(cohort).filter(institution__isnull=False).values_list("institution")
    for pk, applied, bootcamp, final in counted.annotate(
        Count("pk"),
        bootcamp=Count("pk", filter=Q(stage__in=IN_BOOTCAMP)),
        final=Count("pk", filter=Q(stage__in=IN_FINAL)),
    ):
        institution = rows[pk].resolved(rows)
        here = {"applied": applied, "bootcamp": bootcamp, "final": final}
        found.setdefault(institution.pk, Counter()).update(here)
    for name, pk in sorted((str(rows[pk]), pk) for pk in found):
        told = found[pk]
        yield (name, *(_blurred(told[column]) for column in ("applied", "bootcamp", "final")))


def _blurred(count: int) -> Cell:
    return count if count == 0 or count >= SMALLEST_COUNT else f"<{SMALLEST_COUNT}"


def _headings(*titles: str | Promise) -> Callable[[Cohort], Headings]:
    return lambda cohort: titles


NAME_HEADINGS = (
    gettext_lazy("Surname in English"),
    gettext_lazy("Given names in English"),
    gettext_lazy("What to call them"),
    gettext_lazy("Chinese name"),
)
CONTACT_HEADINGS = (gettext_lazy("E-mail address"), *NAME_HEADINGS)

_ALL: tuple[Purpose, ...] = (
    Purpose(
        slug="eligibility-review",
        title=gettext_lazy("Eligibility review"),
        says=gettext_lazy(
            "For those who decide who is eligible: what the rules look at. No addresses."
        ),
        allowed=reviews_applications,
        people=_standing_in(*IN_REVIEW),
        headings=_headings(
            gettext_lazy("Reference"),
            gettext_lazy("Surname in English"),
            gettext_lazy("Given names in English"),
            gettext_lazy("Stage"),
            gettext_lazy("Student or graduate"),
            gettext_lazy("Level of study"),
            gettext_lazy("Institution"),
            gettext_lazy("Programme of study"),
            gettext_lazy("Month of completion"),
            gettext_lazy("18 or older"),
            gettext_lazy("Days they can attend"),
            gettext_lazy("Time of submission"),
        ),
        rows=_review_rows,
    ),
    Purpose(
        slug="contacts",
        title=gettext_lazy("Contact list: everybody in the running"),
        says=gettext_lazy(
            "To write to people about their application from outside: addresses and names."
        ),
        allowed=manages_cohorts,
        people=_standing_in(*IN_THE_RUNNING),
        headings=_headings(*CONTACT_HEADINGS),
        rows=_fields("user__email", *NAMES),
    ),
    Purpose(
        slug="bootcamp-contacts",
        title=gettext_lazy("Contact list: the bootcamp"),
        says=gettext_lazy(
            "To write to those who have confirmed a place from outside: addresses and names."
        ),
        allowed=manages_cohorts,
        people=_standing_in(*IN_BOOTCAMP),
        headings=_headings(*CONTACT_HEADINGS),
        rows=_fields("user__email", *NAMES),
    ),
    Purpose(
        slug="news",
        title=gettext_lazy("Contact list: news of other programmes"),
        says=gettext_lazy(
            "Addresses and names of those who agreed to hear of other programmes and events, and "
            "of nobody who has taken that back."
        ),
        allowed=manages_cohorts,
        people=_consenting(Consent.Purpose.MARKETING),
        headings=_headings(*CONTACT_HEADINGS),
        rows=_fields("user__email", *NAMES),
    ),
    Purpose(
        slug="attendance",
        title=gettext_lazy("Bootcamp attendance"),
        says=gettext_lazy(
            "For the door: the names of those who have confirmed a place, and a column a day."
        ),
        allowed=manages_cohorts,
        people=_standing_in(*IN_BOOTCAMP),
        headings=lambda cohort: (
            *NAME_HEADINGS,
            *(day.isoformat() for day in cohort.bootcamp_dates),
        ),
        rows=_attendance_rows,
    ),
    Purpose(
        slug="board",
        title=gettext_lazy("Board report"),
        says=gettext_lazy(
            "Counts alone: by stage, level, institution, and how people heard of us. Who has "
            "withdrawn is not counted."
        ),
        allowed=reads_everything,
        people=None,
        headings=_headings(gettext_lazy("What"), gettext_lazy("Which"), gettext_lazy("Number")),
        rows=_board_rows,
    ),
    Purpose(
        slug="partners",
        title=gettext_lazy("Partner universities"),
        says=gettext_lazy(
            "Counts alone, for each institution: applied, in the bootcamp, finalists. A number "
            "under 5 is not told."
        ),
        allowed=manages_cohorts,
        people=None,
        headings=_headings(
            gettext_lazy("Institution"),
            gettext_lazy("Applied"),
            gettext_lazy("In the bootcamp"),
            gettext_lazy("Finalists"),
        ),
        rows=_partner_rows,
    ),
)
PURPOSES: dict[str, Purpose] = {purpose.slug: purpose for purpose in _ALL}


def purposes_for(user: Any) -> list[Purpose]:
    """The purposes for which this person may ask for a list."""
    return [purpose for purpose in PURPOSES.values() if purpose.allowed(user)]
