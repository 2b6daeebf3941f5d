"""Staff write to many: to whom it goes and what it may say."""

from datetime import datetime

import pytest
from django.conf import settings
from django.core import mail

from accounts.models import User
from applications.domain.consents import change_consents, end_news
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_cohort
from notifications.domain.announced import UnableToAnnounce, preview
from notifications.domain.announcing import write_announcement
from notifications.domain.writing import UnableToWrite
from notifications.models import Announcement, Message
from tests.notifications.announcements import (
    HOLD,
    NEWS,
    SECOND,
    TEXT,
    agree,
    apply_to,
    confirm,
    crowd,
    news,
    notice,
    people,
    send,
    state,
    told,
)

pytestmark = pytest.mark.django_db


# ---- whom ----------------------------------------------------------------------------------------


def test_a_notice_goes_to_the_chosen_stages_of_one_cohort_each_in_their_language(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    chosen = crowd(cohort, 3, now=now)
    crowd(cohort, 2, now=now, letter="r", stage=Stage.RESERVE)

    confirm(notice(cohort, staff[0], now), now)

    letters = list(Message.objects.order_by("person"))
    assert told() == people(chosen)
    assert [(one.kind, one.category, one.language) for one in letters] == [
        ("programme-notice", "notice", "en"),
        ("programme-notice", "notice", "zh-hant"),
        ("programme-notice", "notice", "en"),
    ]
    english, chinese = letters[2], letters[1]
    assert english.subject == f"Another room: {chosen[2].reference}"
    assert english.body == (
        "Dear p2,\n\n"
        f"p2, from now on {cohort.name_en} meets in room 5.\n\n"
        f"This message is about {cohort.name_en}, application {chosen[2].reference}. "
        f"You find it on your page, too: {settings.SITE_URL}/messages/\n\n"
        "DeepTech Talents Training\n"
    )
    assert chinese.subject == f"改用另一課室：{chosen[1].reference}"
    assert "我們改在五號課室上課。" in chinese.body
    assert cohort.name_zh in chinese.body
    assert {one.due_at for one in letters} == {now + HOLD}
    assert {one.run for one in letters} == {f"announcement:{Announcement.objects.get().pk}"}


def test_two_cohorts_do_not_mix(staff: list[User], cohort: Cohort, now: datetime) -> None:
    other = make_cohort(now=now, slug="autumn")
    both = crowd(cohort, 2, now=now)
    # In the other cohort, these two stand where the notice goes; here, they do not.
    elsewhere = crowd(other, 2, now=now, letter="e")
    apply_to(cohort, [one.user for one in elsewhere], now=now, stage=Stage.NOT_SELECTED)
    apply_to(other, [one.user for one in both], now=now)

    confirm(notice(cohort, staff[0], now), now)

    assert told() == people(both)
    for letter in Message.objects.all():
        assert f"DTT-{cohort.pk}-" in letter.subject
        assert f"DTT-{other.pk}-" not in letter.subject + letter.body


def test_an_audience_of_nobody_is_refused(staff: list[User], cohort: Cohort, now: datetime) -> None:
    crowd(cohort, 2, now=now)

    with pytest.raises(UnableToAnnounce, match="Nobody is in this audience"):
        notice(cohort, staff[0], now, Stage.FINALIST)
    with pytest.raises(UnableToAnnounce, match="2 people want no news"):
        news(staff[0], now, cohort=cohort.slug)
    with pytest.raises(UnableToAnnounce, match="There is no such audience"):
        write_announcement(
            audience="nobody", parameters={}, text=TEXT, why="x", by=staff[0], now=now
        )

    assert Announcement.objects.count() == 0


def test_a_closed_account_is_in_no_audience(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    first, *others = crowd(cohort, 3, now=now)
    User.objects.filter(pk=first.user_id).update(is_active=False)

    confirm(notice(cohort, staff[0], now), now)

    assert told() == people(others)


def test_the_audience_is_frozen_when_it_is_written(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    stays, leaves = crowd(cohort, 2, now=now)
    written = notice(cohort, staff[0], now)
    crowd(cohort, 1, now=now, letter="late")
    Application.objects.filter(pk=leaves.pk).update(stage=Stage.PLACE_DECLINED)

    done = confirm(written, now + SECOND)

    assert (told(), done.people, done.told) == ([stays.user_id], 2, 1)


def test_nothing_is_sent_when_everybody_has_left(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 2, now=now)
    written = notice(cohort, staff[0], now)
    Application.objects.update(stage=Stage.FINALIST)

    with pytest.raises(UnableToAnnounce, match="Everybody has left"):
        confirm(written, now)

    assert (told(), state(written)) == ([], "draft")


# ---- news ----------------------------------------------------------------------------------------


def test_news_reaches_nobody_without_a_consent(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 3, now=now)
    willing = crowd(cohort, 2, now=now, letter="w", news=True)

    confirm(news(staff[0], now), now)

    assert told() == people(willing)
    assert send(now + HOLD) == 2
    assert sorted(to for letter in mail.outbox for to in letter.to) == [
        "w0@people.example",
        "w1@people.example",
    ]
    assert all("List-Unsubscribe" in letter.extra_headers for letter in mail.outbox)
    assert {letter.category for letter in Message.objects.all()} == {"marketing"}


def test_a_notice_has_no_way_to_unsubscribe(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 1, now=now)
    confirm(notice(cohort, staff[0], now), now)

    send(now + HOLD)

    [letter] = mail.outbox
    assert "List-Unsubscribe" not in letter.extra_headers
    assert "unsubscribe" not in str(letter.body)


def test_news_of_one_cohort_leaves_out_its_unwilling_and_counts_them(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    other = make_cohort(now=now, slug="autumn")
    crowd(other, 2, now=now, letter="o", news=True)
    willing = crowd(cohort, 2, now=now, letter="w", news=True)
    crowd(cohort, 3, now=now)

    done = confirm(news(staff[0], now, cohort=cohort.slug), now)

    assert (told(), done.people, done.unwilling) == (people(willing), 2, 3)


def test_a_consent_that_ends_before_the_sending_leaves_its_person_out(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    stays, leaves = crowd(cohort, 2, now=now, news=True)
    written = news(staff[0], now)
    end_news(leaves.user, now)

    confirm(written, now)

    assert told() == [stays.user_id]


def test_a_consent_that_ends_in_the_outbox_stops_the_letter(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    stays, leaves = crowd(cohort, 2, now=now, news=True)
    confirm(news(staff[0], now), now)

    change_consents(application_id=leaves.pk, purposes=(), language="en", by=leaves.user, now=now)

    assert send(now + HOLD) == 1
    assert [letter.to for letter in mail.outbox] == [[stays.user.email]]


def test_a_consent_given_later_adds_nobody(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    first, second = crowd(cohort, 2, now=now)
    agree([first], now=now)
    written = news(staff[0], now)
    agree([second], now=now)

    confirm(written, now)

    assert told() == [first.user_id]


# ---- the words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("body_en", "one\n{{ reply_by }}", "Line 2: This kind of message has no “reply_by”."),
        ("body_zh", "{{ cohort.delete }}", "This kind of message has no “cohort.delete”"),
        ("subject_en", "{{ unsubscribe_url }}", "has no “unsubscribe_url”"),
        ("body_en", "{% include 'x' %}", "is nothing that a text may do"),
        ("body_en", " ", "Both languages are needed."),
        ("subject_zh", "", "Both languages are needed."),
        ("subject_en", "Room\nBcc: x@y.hk", "A subject is one line."),
        ("subject_zh", "課室\u2028五號", "A subject is one line."),
        ("subject_en", "x" * 201, "The text is too long."),
        ("body_zh", "長" * 20_001, "The text is too long."),
    ],
)
def test_what_could_not_be_sent_is_refused_by_its_field_and_nothing_is_kept(
    field: str, text: str, said: str, staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 1, now=now)

    with pytest.raises(UnableToWrite) as refused:
        notice(cohort, staff[0], now, **{field: text})

    assert list(refused.value.problems) == [field]
    assert said in refused.value.problems[field]
    assert Announcement.objects.count() == 0


def test_news_may_not_name_what_only_a_cohort_has(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 1, now=now, news=True)

    with pytest.raises(UnableToWrite, match="has no “reference”"):
        news(staff[0], now, NEWS | {"body_en": "Your {{ reference }}"})


def test_a_name_is_never_read_as_a_text(staff: list[User], cohort: Cohort, now: datetime) -> None:
    [one] = crowd(cohort, 1, now=now)
    Application.objects.filter(pk=one.pk).update(preferred_name="{{ reference }}")

    confirm(notice(cohort, staff[0], now), now)

    assert "{{ reference }}, from now on" in Message.objects.get().body


def test_it_is_tried_in_both_languages_for_awkward_people_of_the_audience_alone(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 5, now=now)
    for other in crowd(cohort, 2, now=now, letter="r", stage=Stage.RESERVE):
        Application.objects.filter(pk=other.pk).update(preferred_name="a very long name indeed")

    samples = preview(notice(cohort, staff[0], now))

    assert [(one.why, one.language) for one in samples] == [
        (why, language)
        for why in ("the longest name", "a Chinese name", "without what may be missing")
        for language in ("en", "zh-hant")
    ]
    assert not any("a very long" in one.text.body for one in samples)
    assert all("None" not in one.text.body for one in samples)
    assert {one.text.subject.split(" ")[0] for one in samples if one.language == "en"} == {
        "Another"
    }
