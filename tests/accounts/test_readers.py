"""One manager records which languages another person of the staff reads."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import approvable
from accounts.domain.readers import UnableToRecord, record_reading
from accounts.domain.roles import take_role_away
from accounts.languages import Language
from accounts.models import AuditEvent, Reader, User
from accounts.queries import deciders_of, languages_read_by
from accounts.roles import Role
from dtt.play.people import make_user
from tests.parallel import at_once
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = Language.ENGLISH.value, Language.TRADITIONAL_CHINESE.value
HOUR = timedelta(hours=1)


@pytest.fixture
def managers(db: None, now: datetime) -> tuple[User, User]:
    first = make_user("first@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    return first, make_user("second@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def on_record(person: User) -> list[tuple[str, User | None, datetime]]:
    rows = Reader.objects.filter(person=person).order_by("language")
    return [(row.language, row.recorded_by, row.recorded_at) for row in rows]


def trail_of(person: User) -> list[tuple[User | None, list[str], list[str]]]:
    events = AuditEvent.objects.filter(verb="record-reading", object_id=str(person.pk))
    return [(one.actor, one.before["reads"], one.after["reads"]) for one in events.order_by("pk")]


def test_what_is_recorded_says_by_whom_and_when_and_stands_in_the_trail(
    managers: tuple[User, User], now: datetime
) -> None:
    first, second = managers
    third = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)

    one = record_reading(user_id=second.pk, languages=[CHINESE], by=first, now=now)
    both = record_reading(user_id=second.pk, languages=[ENGLISH, CHINESE], by=third, now=now + HOUR)
    rows = on_record(second)
    less = record_reading(user_id=second.pk, languages=[ENGLISH], by=first, now=now + 2 * HOUR)

    assert (one, both, less) == ({CHINESE}, {ENGLISH, CHINESE}, {ENGLISH})
    assert rows == [(ENGLISH, third, now + HOUR), (CHINESE, first, now)]
    assert on_record(second) == [(ENGLISH, third, now + HOUR)]
    assert trail_of(second) == [
        (first, [], [CHINESE]),
        (third, [CHINESE], [ENGLISH, CHINESE]),
        (first, [ENGLISH, CHINESE], [ENGLISH]),
    ]


def test_saying_the_same_again_changes_nothing(managers: tuple[User, User], now: datetime) -> None:
    first, second = managers
    for later in range(3):
        record_reading(
            user_id=second.pk, languages=[CHINESE, CHINESE], by=first, now=now + later * HOUR
        )

    assert on_record(second) == [(CHINESE, first, now)]
    assert len(trail_of(second)) == 1


@pytest.mark.parametrize(
    ("whose", "languages", "by", "why"),
    [
        ("second", [ENGLISH], "auditor", "Only programme managers record"),
        ("second", [], "auditor", "Only programme managers record"),
        ("first", [ENGLISH], "first", "Nobody records what they read themselves"),
        ("first", [], "first", "Nobody records what they read themselves"),
        ("second", [ENGLISH, "fr"], "first", "There is no such language"),
        ("closed", [ENGLISH], "first", "This account is closed"),
        ("applicant", [ENGLISH], "first", "Give this person a role first"),
    ],
)
def test_what_cannot_be_recorded_says_why_and_changes_nothing(
    managers: tuple[User, User],
    now: datetime,
    whose: str,
    languages: list[str],
    by: str,
    why: str,
) -> None:
    people = dict(zip(("first", "second"), managers, strict=True))
    people["auditor"] = make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now)
    people["applicant"] = make_user("applicant@dtt.example", now=now)
    people["closed"] = make_user("closed@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    User.objects.filter(pk=people["closed"].pk).update(is_active=False)

    with pytest.raises(UnableToRecord, match=why):
        record_reading(user_id=people[whose].pk, languages=languages, by=people[by], now=now)

    assert (Reader.objects.count(), trail_of(people[whose])) == (0, [])


def test_a_closed_account_is_taken_off_the_record(
    managers: tuple[User, User], now: datetime
) -> None:
    first, second = managers
    record_reading(user_id=second.pk, languages=Language.values, by=first, now=now)
    User.objects.filter(pk=second.pk).update(is_active=False)

    assert record_reading(user_id=second.pk, languages=[ENGLISH], by=first, now=now) == {ENGLISH}
    assert on_record(second) == [(ENGLISH, first, now)]


def test_the_database_knows_no_other_language_no_double_and_nobody_who_vouches_for_themselves(
    managers: tuple[User, User], now: datetime
) -> None:
    first, second = managers
    record_reading(user_id=second.pk, languages=[ENGLISH], by=first, now=now)

    for wrong in (
        {"person": second, "language": "fr", "recorded_by": first},
        {"person": second, "language": "", "recorded_by": first},
        {"person": second, "language": ENGLISH, "recorded_by": first},
        {"person": second, "language": CHINESE, "recorded_by": second},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reader.objects.create(recorded_at=now, **wrong)

    assert on_record(second) == [(ENGLISH, first, now)]


def test_only_who_is_active_holds_the_role_and_is_on_record_can_be_asked(
    managers: tuple[User, User], now: datetime
) -> None:
    first, second = managers
    closed = make_user("closed@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    left = make_user("left@staff.dtt.example", Role.PROGRAMME_MANAGER, Role.REVIEWER, now=now)
    for person in (second, closed, left):
        record_reading(user_id=person.pk, languages=[CHINESE], by=first, now=now)
    take_role_away(user_id=left.pk, role=Role.PROGRAMME_MANAGER, by=first, now=now)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    def asked(kind: str) -> list[User]:
        return list(deciders_of(approvable.known(kind)).order_by("pk"))

    assert asked("read-letter-zh") == [second]
    assert asked("read-letter-en") == []
    assert asked("grant-role") == [first, second]


@pytest.mark.django_db(transaction=True)
def test_two_who_record_other_languages_at_once_leave_what_one_of_them_said(
    now: datetime,
) -> None:
    first, second, third = (
        make_user(f"m{n}@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now) for n in range(3)
    )

    for _ in range(5):
        record_reading(user_id=third.pk, languages=[], by=first, now=now)
        done = at_once(
            [
                lambda: record_reading(user_id=third.pk, languages=[ENGLISH], by=first, now=now),
                lambda: record_reading(user_id=third.pk, languages=[CHINESE], by=second, now=now),
            ]
        )
        last = AuditEvent.objects.filter(verb="record-reading").latest("pk")

        assert done == ["done", "done"]
        assert languages_read_by(third) == set(last.after["reads"])
        assert len(last.before["reads"]) == len(last.after["reads"]) == 1


@pytest.mark.django_db(transaction=True)
def test_recording_waits_for_nobody_who_names_the_person_meanwhile(now: datetime) -> None:
    """Who confirms a text holds the record and is named as its reader: else both would wait."""
    first, second = (
        make_user(f"m{n}@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now) for n in range(2)
    )

    def record() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        record_reading(user_id=second.pk, languages=[ENGLISH], by=first, now=now)

    with transaction.atomic(), connection.cursor() as cursor:
        # As a foreign key to this person does.
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR KEY SHARE", [second.pk])
        done = at_once([record])

    assert (done, languages_read_by(second)) == (["done"], {ENGLISH})


# The page ----------------------------------------------------------------------------------------


def test_a_manager_records_on_the_page_of_a_person_what_they_read(
    managers: tuple[User, User],
) -> None:
    first, second = managers
    browser = signed_in(first)
    address = reverse("admin:accounts_record_reading", args=[second.pk])

    before = browser.get(page_of(second)).content.decode()
    said = browser.post(address, {"languages": [CHINESE]}, follow=True)
    auditor = signed_in(make_user("auditor@staff.dtt.example", Role.AUDITOR))
    seen = auditor.get(page_of(second)).content.decode()
    gone = browser.post(address, {}, follow=True).content.decode()

    assert "On record for no language: cannot confirm texts." in before
    assert before.count('name="languages"') == 2
    assert said.redirect_chain[-1][0] == page_of(second)
    after = said.content.decode()
    assert f"{second} can confirm texts in: Chinese." in after
    assert f"recorded by {first}, " in after
    assert (f"recorded by {first}, " in seen, address in seen) == (True, False)
    assert f"{second} can confirm texts in no language." in gone
    assert not Reader.objects.exists()


def test_nobody_finds_the_boxes_on_their_own_page_and_applicants_have_none(
    managers: tuple[User, User], now: datetime
) -> None:
    browser = signed_in(managers[0])
    applicant = make_user("applicant@dtt.example", now=now)

    own, other = (browser.get(page_of(one)).content.decode() for one in (managers[0], applicant))

    for page in (own, other):
        assert 'name="languages"' not in page
    assert "Nobody records what they read themselves." in own
    assert "Reads for others" not in other


@pytest.mark.parametrize(
    ("said", "why"),
    [({"languages": ["fr"]}, "Select a valid choice"), ({"languages": ["\x00"]}, "valid choice")],
)
def test_a_wrong_form_records_nothing(
    managers: tuple[User, User], said: dict[str, list[str]], why: str
) -> None:
    address = reverse("admin:accounts_record_reading", args=[managers[1].pk])

    answer = signed_in(managers[0]).post(address, said, follow=True)

    assert [(one.level_tag, why in str(one)) for one in answer.context["messages"]] == [
        ("error", True)
    ]
    assert not Reader.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER])
def test_others_record_nothing(managers: tuple[User, User], role: Role) -> None:
    other = signed_in(make_user("other@staff.dtt.example", role))
    address = reverse("admin:accounts_record_reading", args=[managers[1].pk])

    assert other.post(address, {"languages": [ENGLISH]}).status_code == 403
    assert not Reader.objects.exists()


def test_the_list_of_people_says_what_they_read_and_finds_them_by_it(
    client: Client, managers: tuple[User, User], now: datetime
) -> None:
    first, second = managers
    third = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    page = reverse("admin:accounts_user_changelist")
    browser = signed_in(first)

    def listed(language: str) -> list[User]:
        return list(browser.get(page, {"reads": language}).context["cl"].result_list)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
        return len(queries)

    record_reading(user_id=second.pk, languages=[CHINESE], by=first, now=now)
    one = cost()
    record_reading(user_id=first.pk, languages=Language.values, by=second, now=now)
    record_reading(user_id=third.pk, languages=[ENGLISH], by=second, now=now)

    assert cost() == one
    assert "English, Chinese" in browser.get(page).content.decode()
    assert (listed(CHINESE), listed(ENGLISH)) == ([first, second], [first, third])
