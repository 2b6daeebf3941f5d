"""Every kind of message of the house: what it tells, what its text may say, how it leaves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.kinds import Class, Example, Kind
from selection.wording import say_turn_lazily

AT = datetime(2027, 5, 14, 15, 59, tzinfo=UTC)
LATER = datetime(2027, 6, 30, 4, 0, tzinfo=UTC)
COHORT = Example(
    _("Spring cohort"),
    bootcamp_dates=[date(2027, 6, 14), date(2027, 6, 15)],
    rankings_close_at=AT,
    match_at=LATER,
)
CONTACT = {"contact": "programme@dtt.example"}
# A cohort is given as itself, never as its name: each letter says it in its reader’s language.
MINE: dict[str, Any] = {"cohort": COHORT, "reference": "DTT-7KQ2MX34"}
OFFER: dict[str, Any] = {
    "title": "Machine learning engineer",
    "reference": "OFR-4T7XQ2",
    "company": "Harbour Robotics",
    **CONTACT,
}
TO_COMPANY = OFFER | {"person": "CHAN Tai Man", "company": "harbour-robotics"}
TO_PERSON = OFFER | {"expires_at": AT}
LISTED: dict[str, Any] = {
    **MINE,
    **CONTACT,
    "score": "71.25",
    "cut_score": "68.50",
    "band": say_turn_lazily(1),
    "missing": [_("Quiz: marks")],
    "reserves_until": LATER,
    "result_path": "/places/DTT-7KQ2MX34",
    "appeal_path": "/places/DTT-7KQ2MX34/appeal/bootcamp",
    "appeal_until": AT,
}
MAY_LACK = frozenset({"band", "score", "cut_score", "reserves_until", "appeal_until"})
REPLY_BY = {"reply_by": AT}  # only of who is asked, or was
BY_HAND = LISTED | {"category": _("an integrity case was decided")}
SITTING = MINE | {
    "answered": 28,
    "items": 30,
    "closed_at": AT,
    "deadline_at": AT,
    "shortlist_at": LATER,
}
CASE = (
    MINE
    | CONTACT
    | {
        "reply_by": AT,
        "no_finding": False,
        "noted": True,
        "voided": False,
        "reason": "The times fit what you told us.",
        "case_path": "/quiz/cases/7c0e",
    }
)
BOOKING = Example(
    slot=Example(starts_at=AT, ends_at=LATER),
    session=Example(title="Python for data"),
    room="Room 3",
    group="Group A",
)
DAYS = [Example(on=date(2027, 6, 14), bookings=[BOOKING])]
PLACE, FINAL, ELIGIBLE, MATCH, ANSWER = "place", "final", "eligible", "match", "answer"


def _listed(
    name: str,
    title: Any,
    also: Mapping[str, Any] = MappingProxyType({}),
    *,
    held: bool = False,
    excludes: str = "",
    asks: bool = False,
) -> Kind:
    said = {**LISTED, **also}
    return Kind(name, title, said, MAY_LACK, held=held, excludes=excludes, asks=asks)


KINDS = (
    # applications: answers to somebody's own act leave at once
    Kind(
        "application-received",
        _("Your application has arrived"),
        MINE
        | {
            "quiz_opens_at": AT,
            "quiz_closes_at": AT,
            "shortlist_at": LATER,
            "applications_close_at": AT,
            "answers": "Name: CHAN Tai Man",
        },
        optional=frozenset({"answers"}),
    ),
    Kind(
        "application-withdrawn",
        _("You have withdrawn"),
        MINE | CONTACT | {"undo_until": AT},
    ),
    Kind(
        "application-restored",
        _("A withdrawn application is back"),
        MINE
        | CONTACT
        | {
            "stage": "submitted",
            "held_place": True,
            "waits": True,
            "has_place": False,
            "reason": "You asked us.",
        },
    ),
    Kind(
        "application-merged",
        _("Two applications are one now"),
        MINE | CONTACT | {"other": "DTT-9PWR34TT", "address": "c…n@dtt.example"},
    ),
    Kind(
        "application-extended",
        _("More time to apply, for one person"),
        CONTACT | {"cohort": COHORT, "cohort_slug": "spring-2027", "until": AT},
    ),
    Kind(
        "application-eligible",
        _("Found eligible after all"),
        MINE | CONTACT | {"reason": "Your studies end in time."},
        held=True,
        excludes=ELIGIBLE,
    ),
    Kind(
        "application-not-eligible",
        _("Found not eligible"),
        MINE | CONTACT | {"reason": "Your studies end after this cohort."},
        held=True,
        excludes=ELIGIBLE,
    ),
    Kind("access-decided", _("Access arrangements are answered"), MINE | CONTACT),
    Kind("document-refused", _("A file was refused"), MINE | {"file": "cv.pdf"}, asks=True),
    # quiz
    Kind("quiz-received", _("Your quiz has arrived"), SITTING, optional=frozenset({"deadline_at"})),
    Kind("quiz-closed", _("Quiz time was up"), SITTING, optional=frozenset({"closed_at"})),
    Kind("quiz-reopened", _("Time given back in the quiz"), MINE | {"minutes": 12, "until": AT}),
    Kind("case-opened", _("A question about a quiz"), CASE, held=True, asks=True),
    Kind("case-decided", _("A question about a quiz is decided"), CASE, held=True),
    # lists: decisions to many people at once wait until they leave
    _listed(
        "place-offered",
        _("A bootcamp place is offered"),
        REPLY_BY,
        held=True,
        excludes=PLACE,
        asks=True,
    ),
    _listed("place-reserve", _("On the reserve list"), held=True, excludes=PLACE),
    _listed("place-not-selected", _("No bootcamp place"), held=True, excludes=PLACE),
    Kind(
        "place-moved-out",
        _("No bootcamp place, decided by two people"),
        BY_HAND,
        optional=MAY_LACK,
        held=True,
        excludes=PLACE,
    ),
    _listed("place-reminder", _("A place waits for its answer"), REPLY_BY, held=True, asks=True),
    _listed("place-reserve-closed", _("The reserve list has closed"), held=True, excludes=PLACE),
    _listed("place-lapsed", _("A place has lapsed"), REPLY_BY, held=True, excludes=PLACE),
    _listed("place-confirmed", _("Your place is confirmed"), excludes=PLACE),
    _listed("place-declined", _("You gave up your place"), excludes=PLACE),
    _listed("place-decline-undone", _("A decline was taken back"), excludes=PLACE),
    _listed("appeal-received", _("Your appeal has arrived")),
    Kind(
        "appeal-upheld",
        _("An appeal was upheld"),
        LISTED | REPLY_BY | {"appeal_reason": "The log shows it."},
        optional=MAY_LACK | {"reply_by"},  # the finalists need not answer
        held=True,
    ),
    Kind(
        "appeal-dismissed",
        _("An appeal was dismissed"),
        LISTED | {"appeal_reason": "All answers arrived in time."},
        optional=MAY_LACK,
        held=True,
    ),
    _listed("finalist", _("Named a finalist"), held=True, excludes=FINAL),
    _listed("final-reserve", _("On the finalists’ reserve list"), held=True, excludes=FINAL),
    _listed("final-reserve-closed", _("The finalists’ reserve list has closed"), held=True),
    _listed("not-finalist", _("Not a finalist"), held=True, excludes=FINAL),
    Kind(
        "final-moved-out",
        _("Not a finalist, decided by two people"),
        BY_HAND,
        optional=MAY_LACK,
        held=True,
        excludes=FINAL,
    ),
    # bootcamp
    Kind(
        "timetable-published",
        _("The timetable, to a participant"),
        MINE | {"group": "Group A", "days": DAYS},
        held=True,
    ),
    Kind(
        "timetable-trainer",
        _("The timetable, to a trainer"),
        {"cohort": COHORT, "days": DAYS},
        held=True,
    ),
    Kind(
        "judging-assigned",
        _("Projects to judge"),
        {"cohort": COHORT, "count": 8, "by": AT},
        held=True,
        asks=True,
    ),
    Kind(
        "project-received",
        _("Your project has arrived"),
        {
            "reference": MINE["reference"],
            "title": "Finding leaks by sound",
            "number": 2,
            "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "submitted_at": AT,
            "due_at": LATER,
        },
    ),
    Kind("project-reminder", _("A project is due"), MINE | {"due_at": AT}, held=True, asks=True),
    # matching
    Kind(
        "ranking-certified",
        _("Your list is certified"),
        MINE | {"listed": 5, "rankings_close_at": AT, "match_at": LATER},
    ),
    Kind(
        "match-found",
        _("Matched with a company"),
        MINE | {"company": OFFER["company"], "title": OFFER["title"]},
        held=True,
        excludes=MATCH,
    ),
    Kind("match-none", _("No match"), MINE | CONTACT, held=True, excludes=MATCH),
    Kind(
        "match-company",
        _("The match, to a company"),
        {"cohort": COHORT, "count": 2},
        held=True,
        asks=True,
    ),
    Kind("offer-sent", _("A company makes an offer"), TO_PERSON, asks=True),
    Kind("offer-confirmed", _("You accepted an offer"), TO_PERSON, excludes=ANSWER),
    Kind("offer-expired", _("An offer lapsed, to the person"), TO_PERSON, excludes=ANSWER),
    Kind("offer-withdrawn", _("An offer was withdrawn"), TO_PERSON, excludes=ANSWER),
    Kind("offer-accepted", _("Accepted, to the company"), TO_COMPANY, excludes=ANSWER),
    Kind("offer-declined", _("Declined, to the company"), TO_COMPANY, excludes=ANSWER),
    Kind("offer-lapsed", _("An offer lapsed, to the company"), TO_COMPANY, excludes=ANSWER),
    # to staff: an answer to their own act leaves at once
    Kind(
        "request-answered",
        _("What became of a request, to who asked"),
        {
            "request": _("Publish a list"),
            "about": "DTT-7KQ2MX34",
            "approved": True,
            "refused": False,
            "taken_back": False,
            "done": False,
            "until": AT,
            "request_path": "/staff/accounts/approval/7/change/",
        },
        optional=frozenset({"about"}),
    ),
    # what staff write themselves
    Kind(
        "correction",
        _("A correction of something we sent"),
        {
            "text": "The date in our last message was wrong. The right date is 14 June 2027.",
            "wrong_subject": "Your bootcamp timetable for Spring 2027",
            "wrong_at": AT,
        },
        held=True,
    ),
    Kind(
        "programme-notice",
        _("A notice to many"),
        {
            "heading": "The room has changed",
            "text": "From Tuesday we meet in room 5.",
            "about": "Spring 2027, application DTT-7KQ2MX34",
        },
        optional=frozenset({"about"}),
        held=True,
    ),
    Kind(
        "programme-news",
        _("News of other programmes"),
        {"heading": "A talk on robotics", "text": "Come to the Science Park on 3 July."},
        held=True,
        of_class=Class.MARKETING,
    ),
)
