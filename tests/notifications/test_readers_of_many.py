"""A letter to many is agreed to by somebody who is on record as reading both its languages."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.domain.approvals import UnableToApprove
from accounts.domain.readers import record_reading
from accounts.languages import Language
from accounts.models import Approval, User
from accounts.queries import approvals_waiting_for
from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import make_user
from notifications.domain.correcting import CORRECTIONS
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.models import Announcement, Correction
from tests.notifications.announcements import READ, answer, confirm, crowd, notice
from tests.notifications.test_standing import correct, page_of, says, wrong_messages
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = Language.ENGLISH, Language.TRADITIONAL_CHINESE
NOBODY = (
    "Nobody but who wrote it could agree to this: no other programme manager is on record as "
    "reading both languages."
)
PEOPLE = "Record on a person’s page what they read"


@pytest.fixture(params=["announcement", "correction"])
def written(
    request: pytest.FixtureRequest, staff: list[User], cohort: Cohort, now: datetime
) -> Announcement | Correction:
    """Something that goes to many, and waits for a second person."""
    if request.param == "correction":
        return correct(wrong_messages(cohort, now), staff[0], now)
    crowd(cohort, 21, now=now)
    return confirm(notice(cohort, staff[0], now), now)


@pytest.fixture
def english_only(staff: list[User], now: datetime) -> User:
    """A manager who is on record for the English alone."""
    person = make_user("english@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    record_reading(user_id=person.pk, languages=[ENGLISH], by=staff[0], now=now)
    return person


@pytest.mark.parametrize("approve", [True, False])
def test_who_reads_one_language_alone_decides_nothing(
    approve: bool, written: Announcement | Correction, english_only: User, now: datetime
) -> None:
    asked = Approval.objects.get(object_id=str(written.pk), state="requested")

    with pytest.raises(UnableToApprove, match="not on record as reading Chinese"):
        answer(asked, english_only, now, approve=approve)

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("requested", None)
    assert not approvals_waiting_for(english_only, now).exists()


def test_the_page_of_a_request_says_which_language_is_missing_and_takes_no_answer(
    written: Announcement | Correction, english_only: User, staff: list[User], now: datetime
) -> None:
    asked = Approval.objects.get(object_id=str(written.pk), state="requested")
    page = reverse("admin:accounts_approval_change", args=[asked.pk])
    yes = {"decision": "approve", "digest": asked.digest, "confirmed": READ}
    says_why = "You are not on record as reading Chinese."
    with time_machine.travel(now, tick=False):
        seen = signed_in(english_only).get(page).content.decode()
        answered = signed_in(english_only).post(
            reverse("admin:accounts_approval_decide", args=[asked.pk]), yes, follow=True
        )
        seen_by_a_reader = signed_in(staff[1]).get(page).content.decode()

    assert (says_why in seen, 'name="decision"' in seen) == (True, False)
    assert says_why in answered.content.decode()
    assert (says_why in seen_by_a_reader, 'name="decision"' in seen_by_a_reader) == (False, True)
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_what_nobody_else_can_read_is_said_everywhere_until_somebody_can(
    written: Announcement | Correction, staff: list[User], english_only: User, now: datetime
) -> None:
    writer, second = staff
    life = ANNOUNCEMENTS if isinstance(written, Announcement) else CORRECTIONS
    assert not says(written, writer, now)

    record_reading(user_id=second.pk, languages=[CHINESE], by=writer, now=now)
    lacking = says(written, writer, now, NOBODY, PEOPLE), life.hindrances(now).keys()
    auditor = make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now)
    seen = page_of(written, auditor, now)
    record_reading(user_id=english_only.pk, languages=[ENGLISH, CHINESE], by=writer, now=now)

    assert lacking == (True, {written.pk})
    assert (NOBODY in seen, PEOPLE in seen) == (True, False)  # who only looks records nothing
    assert not says(written, writer, now)
    answer(Approval.objects.get(object_id=str(written.pk)), english_only, now)
    written.refresh_from_db()
    assert written.state == "agreed"


def test_what_was_agreed_to_stays_so_when_the_reader_is_taken_off_the_record(
    written: Announcement | Correction, staff: list[User], now: datetime
) -> None:
    answer(Approval.objects.get(object_id=str(written.pk)), staff[1], now)

    record_reading(user_id=staff[1].pk, languages=[], by=staff[0], now=now)

    assert not says(written, staff[0], now)


def test_who_writes_reads_before_they_ask_that_nobody_could_agree(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    ids = ",".join(map(str, wrong_messages(cohort, now)))
    crowd(cohort, 21, now=now)
    draft = notice(cohort, staff[0], now)
    pages = (
        reverse("admin:notifications_announcement_confirm", args=[draft.pk]),
        f"{reverse('admin:notifications_correction_new')}?ids={ids}",
        f"{reverse('admin:notifications_correction_new')}?ids={ids.split(',')[0]}",
    )

    def said() -> list[bool]:
        with time_machine.travel(now, tick=False):
            browser = signed_in(staff[0])
            return [NOBODY in browser.get(page).content.decode() for page in pages]

    assert said() == [False, False, False]
    record_reading(user_id=staff[1].pk, languages=[ENGLISH], by=staff[0], now=now)
    assert said() == [True, True, False]  # one person's is sent by one alone
