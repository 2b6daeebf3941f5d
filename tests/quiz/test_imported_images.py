"""Pictures come in with a file, are shown by the bank, and go out with it again."""

import base64
from datetime import datetime

import pytest

from accounts.models import User
from quiz.domain.exporting import export_items
from quiz.domain.importing import Action, ImportReport, import_items
from quiz.formats.drafts import Parsed
from quiz.formats.registry import read_items
from quiz.models import Item, ItemImage, ItemVersion
from tests.quiz.test_images import SECRET, chunk, png

pytestmark = pytest.mark.django_db


def moodle(picture: bytes, *, text: str = "@@PLUGINFILE@@/a%20b.png") -> bytes:
    content = base64.b64encode(picture).decode()
    return f"""<quiz><question type="truefalse"><name><text>T</text></name>
<questiontext format="html"><text><![CDATA[<p>Right? <img src="{text}" alt="A"></p>]]></text>
<file name="a b.png" path="/" encoding="base64">{content}</file></questiontext>
<idnumber>T</idnumber>
<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
</question></quiz>""".encode()


def bring(parsed: Parsed, by: User, now: datetime) -> ImportReport:
    return import_items(
        parsed=parsed,
        language="en",
        source_name="a.xml",
        source_sha256="",
        by=by,
        now=now,
        confirm=True,
    )


@pytest.mark.parametrize("name", ["moodle-xml", "qti", "qti3"])
def test_a_picture_comes_in_is_cleaned_and_goes_out(
    author: User, manager: User, now: datetime, name: str
) -> None:
    picture = png(chunk(b"tEXt", SECRET))
    report = bring(read_items("moodle-xml", moodle(picture)), author, now)
    kept = ItemImage.objects.get()
    ids = list(Item.objects.values_list("pk", flat=True))

    exported = export_items(
        item_ids=ids, format=name, language="en", reason="x", by=manager, now=now
    )
    parsed = read_items(name, exported.content)
    again = bring(parsed, author, now)

    assert report.problems == ()
    assert f'src="image:{kept.reference}"' in ItemVersion.objects.get().stem_en
    assert [image.content for image in parsed.items[0].images] == [png()]
    assert [step.action for step in again.steps] == [Action.SKIP]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (moodle(b"GIF89a"), "a b.png: This image is damaged"),
        (moodle(png(), text="@@PLUGINFILE@@/c.png"), "“c.png” is named in the text and is not"),
        (moodle(b"<svg/>"), "“a b.png” is not a PNG, JPEG, GIF or WebP image."),
    ],
)
def test_a_picture_that_cannot_be_shown_stops_the_file(
    author: User, now: datetime, source: bytes, message: str
) -> None:
    report = bring(read_items("moodle-xml", source), author, now)

    assert message in report.problems[0].message
    assert (report.written, ItemImage.objects.count(), Item.objects.count()) == (False, 0, 0)


def test_a_picture_that_nobody_has_is_named(author: User, now: datetime) -> None:
    unknown = "0" * 32
    parsed = read_items(
        "gift", f"// [id:A]\n[markdown]Right? ![](image\\:{unknown}) {{T}}".encode()
    )

    report = bring(parsed, author, now)

    assert [(p.line, unknown in p.message) for p in report.problems] == [(2, True)]
