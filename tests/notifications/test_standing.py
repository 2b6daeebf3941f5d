"""What cannot be sent as it is says so at every instant: on its page, in its list, on Today."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Approval, AuditEvent, Job, User
from accounts.roles import Role
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_user
from notifications.domain.announcing import VALID_FOR
from notifications.domain.correcting import CORRECTIONS, UnableToCorrect, write_correction
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.domain.writing import in_force, write_letter
from notifications.models import Announcement, Correction, Message
from tests.notifications.announcements import (
    SECOND,
    agree_to,
    agreed,
    confirm,
    crowd,
    notice,
)
from tests.notifications.test_agreeing import tamper
from tests.notifications.texts import read_both
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
STUCK = "As it is, it cannot be sent."
ANSWERED_LATE = "A second person agreed to it more than three days ago. Write it again."
UNANSWERED = "No second person decided within three days. Write it again."
CHANGED = "The content has changed since approval was asked for."
ALL = ("agreed to, not sent yet", "waits for a second person", "not sent yet")
Written = Announcement | Correction


@pytest.fixture
def announcement(staff: list[User], cohort: Cohort, now: datetime) -> Announcement:
    crowd(cohort, 21, now=now)
    return confirm(notice(cohort, staff[0], now), now)


@pytest.fixture
def correction(staff: list[User], cohort: Cohort, now: datetime) -> Correction:
    return correct(wrong_messages(cohort, now), staff[0], now)


def wrong_messages(cohort: Cohort, now: datetime, letter: str = "w") -> list[int]:
    """Twenty-one that have left."""
    crowd(cohort, 21, now=now, letter=letter, stage=Stage.FINALIST)
    people = User.objects.filter(email__startswith=letter, email__endswith="@people.example")
    rows = Message.objects.bulk_create(
        Message(
            run=f"test:{letter}",
            person=person,
            kind="programme-notice",
            language=person.language,
            state=Message.State.SENT,
            queued_at=now,
            due_at=now,
            sent_at=now,
        )
        for person in people
    )
    return [row.pk for row in rows]


def correct(messages: list[int], by: User, now: datetime) -> Correction:
    return write_correction(
        message_ids=messages,
        text_en="It is room 6.",
        text_zh="是六號課室。",
        incident="typed the wrong room",
        by=by,
        now=now,
    )


def page_of(row: Written, reader: User, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        name = f"admin:notifications_{row._meta.model_name}_change"
        return signed_in(reader).get(reverse(name, args=[row.pk])).content.decode()


def in_list(row: Written, reader: User, at: datetime) -> tuple[list[str], list[int]]:
    """What the list says of the state of each row, and the ids behind Today's link."""
    with time_machine.travel(at, tick=False):
        browser = signed_in(reader)
        name = reverse(f"admin:notifications_{row._meta.model_name}_changelist")
        shown = browser.get(name).context["cl"]
        said = [shown.model_admin.says_state(one)[1] for one in shown.result_list]
        behind = browser.get(name, {"stands": "stuck"}).context["cl"]
        return said, [one.pk for one in behind.result_list]


def on_today(reader: User, at: datetime) -> list[int]:
    """How many announcements, and corrections, the first page counts as stuck."""
    with time_machine.travel(at, tick=False):
        tiles = signed_in(reader).get(reverse("admin:index")).context["tiles"]
    return [tile.count for tile in tiles if "stands=stuck" in tile.url]


def says(row: Written, reader: User, at: datetime, *words: str) -> bool:
    """Whether page, list and Today say that it is stuck; all three, or none of them."""
    page, (listed, behind) = page_of(row, reader, at), in_list(row, reader, at)
    seen = [
        STUCK in page and all(word in page for word in words),
        listed[0] not in ALL,
        behind == [row.pk],
        sum(on_today(reader, at)) == 1,
    ]
    assert len(set(seen)) == 1, seen
    return seen[0]


# ---- by the clock --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["announcement", "correction"])
def test_an_agreement_that_lapsed_is_said_though_no_worker_came(
    name: str, staff: list[User], request: pytest.FixtureRequest, now: datetime
) -> None:
    row = request.getfixturevalue(name)
    agree = agreed if name == "announcement" else agree_to
    agree(row, staff[1], now + MINUTE)
    lapses = now + MINUTE + VALID_FOR

    assert not says(row, staff[0], now + MINUTE)
    assert not says(row, staff[0], lapses - SECOND)
    assert says(row, staff[0], lapses, ANSWERED_LATE, "Write it again", "Drop it")
    assert says(row, staff[0], lapses + 9 * VALID_FOR, ANSWERED_LATE)


@pytest.mark.parametrize("name", ["announcement", "correction"])
def test_a_request_on_which_nobody_decided_is_said_before_anybody_clears_it(
    name: str, staff: list[User], request: pytest.FixtureRequest, now: datetime
) -> None:
    row = request.getfixturevalue(name)

    assert not says(row, staff[0], now + VALID_FOR - SECOND)
    assert says(row, staff[0], now + VALID_FOR, UNANSWERED, "Write it again", "Drop it")


def test_a_draft_that_is_too_old_says_so_on_its_page_and_troubles_nobody_else(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    draft = notice(cohort, staff[0], now)
    said = "This was written more than three days ago. Write it again."

    pages = [
        said in page_of(draft, staff[0], now + VALID_FOR - early) for early in (SECOND, 0 * SECOND)
    ]

    assert pages == [False, True]
    assert on_today(staff[0], now + VALID_FOR) == [0, 0]


# ---- by what it says -----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["body_zh", "parameters", "addressee", "erased"])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_an_announcement_that_changed_says_so_before_a_worker_comes(
    what: str, is_agreed: bool, staff: list[User], announcement: Announcement, now: datetime
) -> None:
    User.objects.create_user("outsider@people.example")
    if is_agreed:
        agreed(announcement, staff[1], now)
    assert not says(announcement, staff[0], now)

    tamper(announcement, what)

    assert says(announcement, staff[0], now, CHANGED)


@pytest.mark.parametrize("is_agreed", [False, True])
@pytest.mark.parametrize("change", ["text", "messages"])
def test_a_correction_that_changed_says_so_before_a_worker_comes(
    change: str, is_agreed: bool, staff: list[User], correction: Correction, now: datetime
) -> None:
    if is_agreed:
        agree_to(correction, staff[1], now)
    assert not says(correction, staff[0], now)

    if change == "text":
        Correction.objects.update(text_zh="是七號課室。")
    else:
        correction.messages.remove(correction.messages.order_by("pk")[0])

    assert says(correction, staff[0], now, CHANGED)


@pytest.mark.parametrize("name", ["announcement", "correction"])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_another_text_around_the_words_is_another_letter_than_was_read(
    name: str, is_agreed: bool, staff: list[User], request: pytest.FixtureRequest, now: datetime
) -> None:
    row = request.getfixturevalue(name)
    if is_agreed:
        (agreed if name == "announcement" else agree_to)(row, staff[1], now)
    assert not says(row, staff[0], now)
    kind = "programme-notice" if name == "announcement" else "correction"

    written = write_letter(kind=kind, text=in_force(kind), why="x", by=staff[0], now=now)
    read_both(written, staff[1], now)

    assert says(row, staff[0], now, CHANGED)


def test_an_agreement_that_does_not_stand_is_said(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)

    Approval.objects.update(state=Approval.State.REFUSED)

    assert says(correction, staff[0], now, CHANGED)


def test_that_everybody_has_left_stands_on_the_page_as_long_as_nobody_comes_back(
    staff: list[User], announcement: Announcement, now: datetime
) -> None:
    agreed(announcement, staff[1], now)
    Application.objects.update(stage=Stage.PLACE_DECLINED)
    gone = page_of(announcement, staff[0], now)
    Application.objects.update(stage=Stage.PLACE_CONFIRMED)
    back = page_of(announcement, staff[0], now)

    said = "Everybody has left this audience since it was written."
    assert (said in gone, said in back) == (True, False)


# ---- what can be done ----------------------------------------------------------------------------


def test_what_lapsed_is_not_tried_again_and_no_job_begins(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)
    Job.objects.all().delete()

    with pytest.raises(UnableToCorrect, match="more than three days ago"):
        CORRECTIONS.try_again(pk=correction.pk, by=staff[0], now=now + VALID_FOR)

    assert Job.objects.count() == 0


def test_the_page_of_a_correction_leads_to_writing_it_anew_with_its_words(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)
    later = now + VALID_FOR
    again = f"{reverse('admin:notifications_correction_new')}?from={correction.pk}"
    auditor = make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now)

    offered = [again in page_of(correction, who, later) for who in (staff[0], auditor)]
    with time_machine.travel(later, tick=False):
        browser = signed_in(staff[0])
        form = browser.get(again).content.decode()
        said = {"text_en": "It is room 7.", "text_zh": "是七號課室。", "incident": "x"}
        done = browser.post(again, said | {"from": correction.pk}, follow=True)

    assert offered == [True, False]
    assert "21 people get it" in form
    assert ("It is room 6." in form, "是六號課室。" in form) == (True, True)
    assert "An earlier correction that is not sent yet is dropped" in form
    old, new = Correction.objects.order_by("pk")
    assert (old.state, new.state, new.people) == ("dropped", "draft", 21)
    assert done.redirect_chain[-1][0] == reverse(
        "admin:notifications_correction_change", args=[new.pk]
    )
    assert AuditEvent.objects.get(verb="drop-correction").actor == staff[0]
    assert on_today(staff[0], later) == [0, 0]


def test_the_form_says_of_whom_nobody_would_hear(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    ids = list(correction.messages.order_by("pk").values_list("pk", flat=True))
    address = reverse("admin:notifications_correction_new")
    with time_machine.travel(now, tick=False):
        browser = signed_in(staff[0])
        some = browser.get(address, {"ids": ",".join(map(str, ids[:5]))}).content.decode()
        others = browser.get(address, {"ids": ids[0]}).content.decode()
        correction.messages.clear()
        none = browser.get(address, {"ids": ids[0]}).content.decode()

    assert "16 of its people are not among these" in some
    assert "20 of its people are not among these" in others
    assert "An earlier correction" not in none


# ---- how much it costs ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["index", "announcement", "correction"])
def test_many_that_are_stuck_cost_no_query_more(
    page: str,
    staff: list[User],
    cohort: Cohort,
    announcement: Announcement,
    correction: Correction,
    now: datetime,
) -> None:
    name = "index" if page == "index" else f"notifications_{page}_changelist"
    address = reverse(f"admin:{name}")
    with time_machine.travel(now + VALID_FOR, tick=False):
        browser = signed_in(staff[0])

    def queries() -> int:
        with (
            time_machine.travel(now + VALID_FOR, tick=False),
            CaptureQueriesContext(connection) as captured,
        ):
            assert browser.get(address).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for letter in ("x", "y"):
        confirm(notice(cohort, staff[0], now), now)
        correct(wrong_messages(cohort, now, letter), staff[0], now)

    assert queries() == one
    assert on_today(staff[0], now + VALID_FOR) == [3, 3]
    assert (len(ANNOUNCEMENTS.hindrances(now)), len(CORRECTIONS.hindrances(now))) == (0, 0)
