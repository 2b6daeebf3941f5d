"""A text that two people approved can always be written: verbs give what is declared."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from dtt.letters import COHORT
from dtt.play.people import make_cohort
from dtt.play.season import Season
from dtt.play.selection import Staff, make_staff
from notifications import kinds, language
from notifications.declared import differences
from notifications.domain.outbox import Telling, UnableToTell, queue
from notifications.domain.writing import UnableToWrite, write_letter
from notifications.language import parse
from notifications.models import LetterText, Message
from notifications.texts import SAID_OF, Version, check
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2027, 5, 14, 15, 59, tzinfo=UTC)
SMALL = {"places": 8, "places_with_ties": 8, "finalists": 4, "finalists_with_ties": 4}


def text(body: str) -> dict[str, str]:
    return {"subject_en": "S", "body_en": body, "subject_zh": "題", "body_zh": body}


@pytest.mark.parametrize(
    "kind", ["place-confirmed", "place-declined", "place-reserve", "place-not-selected", "finalist"]
)
def test_a_letter_that_has_no_deadline_cannot_name_one(kind: str, now: datetime) -> None:
    staff = make_staff(now=now)

    with pytest.raises(UnableToWrite, match="This kind of message has no “reply_by”"):
        write_letter(
            kind=kind, text=text("{{ reply_by|instant }}"), why="x", by=staff.asker, now=now
        )


@pytest.mark.parametrize(
    "said", ["{{ name|instant }}", "{{ reserves_until|day }}", "{{ cohort.bootcamp_dates|day }}"]
)
def test_a_value_is_said_only_in_a_way_that_it_can_be_said(said: str, now: datetime) -> None:
    staff = make_staff(now=now)

    with pytest.raises(UnableToWrite, match="this value cannot be said in this way"):
        write_letter(kind="finalist", text=text(said), why="x", by=staff.asker, now=now)


@pytest.mark.parametrize("kind", kinds.declared(), ids=lambda kind: kind.name)
def test_a_text_that_names_all_of_its_kind_can_be_written_out(kind: kinds.Kind) -> None:
    nodes = parse(text_that_names_all(kind))
    bare = {name: None if name in kind.optional else it for name, it in kind.examples.items()}

    check(kind, nodes)

    assert language.names(nodes) == kind.known
    for facts in (kind.examples, bare):
        assert differences(kind, facts) == []
        Version(1, nodes, nodes).render(kind.name, "en", dict(facts))


KIND = kinds.Kind(
    "k", "K", {"at": AT, "on": date(2027, 6, 14), "days": [kinds.Example(on=date(2027, 6, 14))]},
    optional=frozenset({"on"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"on": None}, []),
        ({"days": []}, []),
        ({"at": None}, ["at is missing"]),
        ({"at": date(2027, 6, 14)}, ["at is a date"]),
        ({"on": AT}, ["on is a datetime"]),
        ({"days": "Monday"}, ["days is no list"]),
        ({"days": [{"on": "Monday"}, {}]}, ["days[].on is a str", "days[].on is missing"]),
        ({"reply_by": AT}, ["reply_by is not declared"]),
    ],
)
def test_what_is_given_otherwise_than_declared_is_named(
    given: dict[str, Any], said: list[str]
) -> None:
    assert differences(KIND, KIND.examples | given) == said


def test_a_letter_that_is_given_less_stops_its_verb_before_anything_is_done(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    somebody = User.objects.create_user("one@dtt.example")
    given = {"reference": "DTT-7KQ2MX34", "cohort": COHORT}

    with pytest.raises(UnableToTell, match="“You have withdrawn” could not be written"):
        queue([Telling(somebody, "application-withdrawn", "r", given)], now=now)

    assert Message.objects.count() == 0
    assert "of r cannot be written: contact is missing; undo_until is missing" in caplog.text


def test_an_approved_text_that_no_longer_fits_its_kind_is_passed_over(now: datetime) -> None:
    staff = make_staff(now=now)
    for number, body in ((1, "One: {{ reference }}"), (2, "Two: {{ reply_by|instant }}")):
        in_force("place-confirmed", body, number=number, staff=staff, now=now)
    somebody = User.objects.create_user("one@dtt.example")
    facts = dict(kinds.known("place-confirmed").examples)

    queue([Telling(somebody, "place-confirmed", "r", facts)], now=now)

    told = Message.objects.get()
    assert (told.text_version, told.body) == (1, "One: DTT-7KQ2MX34\n")
    page = signed_in(staff.asker).get(reverse("admin:notifications_letter_kinds"))
    assert page.content.decode().count("so it is not used: write it anew") == 1


# ---- the verbs of all rooms ----------------------------------------------------------------------


def test_a_whole_season_can_be_told_by_texts_that_name_all_of_their_kinds(now: datetime) -> None:
    staff = make_staff(now=now)
    for kind in kinds.declared():
        in_force(kind.name, text_that_names_all(kind), staff=staff, now=now)
    cohort = make_cohort(now=now, **SMALL)

    Season(cohort=cohort, staff=staff, applicants=16).play()

    told = set(Message.objects.values_list("kind", flat=True))
    assert set(Message.objects.values_list("text_version", flat=True)) == {1}
    for spoken, other in (("en", cohort.name_zh), ("zh-hant", cohort.name_en)):
        letters = Message.objects.filter(language=spoken, body__contains=other)
        assert not set(letters.values_list("kind", flat=True))  # each says it in its own language
    assert told >= {
        "application-received", "quiz-received", "place-offered", "place-confirmed",
        "timetable-published", "timetable-trainer", "judging-assigned", "project-received",
        "finalist", "ranking-certified", "match-found", "match-company", "offer-sent",
    }  # fmt: skip


@pytest.mark.parametrize("kind", kinds.declared(), ids=lambda kind: kind.name)
def test_some_test_of_a_verb_tells_every_kind(kind: kinds.Kind) -> None:
    """What is given otherwise than declared stops a verb, so its test fails."""
    tests = Path(settings.BASE_DIR) / "tests"
    rooms = ("applications", "quiz", "selection", "bootcamp", "matching")
    files = [path for room in rooms for path in (tests / room).glob("test_*.py")]
    for told in ("mending", "outbox", "announcing", "answering"):
        files.append(tests / "notifications" / f"test_{told}.py")

    assert any(f'"{kind.name}"' in path.read_text() for path in files)


def in_force(kind: str, body: str, *, staff: Staff, now: datetime, number: int = 1) -> None:
    """A text that was found right in both languages, whether it fits or not."""
    LetterText.objects.create(
        kind=kind,
        number=number,
        why="x",
        written_by=staff.asker,
        written_at=now,
        read_en_by=staff.second,
        read_en_at=now,
        read_zh_by=staff.second,
        read_zh_at=now,
        approved_at=now,
        **text(body),
    )


def text_that_names_all(kind: kinds.Kind) -> str:
    return "".join(_naming(name, example) for name, example in sorted(kind.examples.items()))


def _naming(path: str, example: Any) -> str:
    if isinstance(example, kinds.Example):
        parts = (_naming(f"{path}.{name}", part) for name, part in example.parts.items())
        return f"{{{{ {path} }}}}\n" + "".join(parts)
    if isinstance(example, list):
        inside = f"one_of_{path.replace('.', '_')}"
        return (
            f"{{% for {inside} in {path} %}}{_naming(inside, example[0])}{{% endfor %}}"
            f"{{{{ {path} }}}}\n"
        )
    ways = [name for name, said in SAID_OF.items() if type(example) is said]
    return "".join(f"{{{{ {path}|{way} }}}}\n" for way in ways) or f"{{{{ {path} }}}}\n"
