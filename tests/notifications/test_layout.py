"""A letter as HTML says what its text says, and brings nothing with it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.layout import body_of, html_of

TEXT = "Dear <b>Ann</b>,\n\nOn these days:\n- Mon\n- Tue & Wed\nSee you.\n\nhttps://dtt.example/a?b=1&c=2."


class Words(HTMLParser):
    """What a reader sees, and which tags are there."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


def test_paragraphs_lists_and_links() -> None:
    assert body_of(TEXT) == (
        "<p>Dear &lt;b&gt;Ann&lt;/b&gt;,</p><p>On these days:</p><ul><li>Mon</li>"
        "<li>Tue &amp; Wed</li></ul><p>See you.</p>"
        '<p><a href="https://dtt.example/a?b=1&amp;c=2">https://dtt.example/a?b=1&amp;c=2</a>.</p>'
    )


@pytest.mark.parametrize("before", ["：", "「", "（", ": ", "→"])
def test_an_address_after_a_chinese_mark_is_a_link(before: str) -> None:
    assert '<a href="https://dtt.example/x">' in body_of(f"網頁{before}https://dtt.example/x。")


def test_a_mail_says_its_language_and_loads_nothing() -> None:
    page = html_of("主旨 <1>", TEXT, "zh-hant")

    assert page.startswith('<!doctype html><html lang="zh-Hant-HK">')
    assert not re.search(r"<img|<script|<link|url\(|src=", page)


@given(st.text(alphabet=st.sampled_from("ab <>&\"'-\n./:https"), max_size=80))
def test_no_text_becomes_a_tag_and_no_word_is_lost(text: str) -> None:
    read = Words(body_of(text))

    assert set(read.tags) <= {"p", "br", "ul", "li", "a"}
    assert sorted(re.sub(r"[\s-]", "", read.said)) == sorted(re.sub(r"[\s-]", "", text))
