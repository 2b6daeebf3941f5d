"""A text that two people approved can always be written out: what verbs give is what is declared."""

from datetime import datetime

import pytest

from dtt.play.selection import make_staff
from notifications.domain.writing import UnableToWrite, write_letter

pytestmark = pytest.mark.django_db


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
