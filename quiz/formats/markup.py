"""HTML that people wrote, as a tree of elements that XML can carry, and back. Pure.

`tidy` is a fixed point: what has gone through once comes out the same the next time.
"""

import re
from html import escape
from html.parser import HTMLParser

from quiz.formats.xml_source import Element

VOID = frozenset(
    ("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
# Their content is no markup to an HTML parser, and none of them may stand in a question.
DROPPED = frozenset(
    ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext")
)
NAME = re.compile(r"[a-z][a-z0-9-]*")
TAG = re.compile(r"<[a-zA-Z/!?]")


def tree_of(text: str) -> list[Element | str]:
    """Return the nodes that the HTML stands for: every element closed, nothing that runs."""
    reading = _Reading()
    reading.feed(text)
    reading.close()
    return reading.root.children


def html_of(nodes: list[Element | str]) -> str:
    """Return the nodes as HTML."""
    return "".join(
        escape(node, quote=False) if isinstance(node, str) else _element(node) for node in nodes
    )


def xml_of(nodes: list[Element | str]) -> str:
    """Return the nodes as XML."""
    return "".join(
        escape(node, quote=False) if isinstance(node, str) else _element(node, closed=True)
        for node in nodes
    )


def tidy(text: str) -> str:
    """Return the HTML as `html_of` writes it."""
    return html_of(tree_of(text))


def _element(node: Element, *, closed: bool = False) -> str:
    said = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    if node.name in VOID:
        return f"<{node.name}{said}/>" if closed else f"<{node.name}{said}>"
    inner = (xml_of if closed else html_of)(node.children)
    return f"<{node.name}{said}>{inner}</{node.name}>"


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, 0)
        self._open = [self.root]
        self._dropped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropped or not NAME.fullmatch(tag):
            return
        if tag in DROPPED:
            self._dropped = tag
            return
        attributes = {name: value or "" for name, value in attrs if NAME.fullmatch(name)}
        node = Element(tag, attributes, 0)
        self._open[-1].children.append(node)
        if tag not in VOID and len(self._open) < 50:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            self._dropped = "" if tag == self._dropped else self._dropped
            return
        names = [node.name for node in self._open]
        if tag in names[1:]:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self._dropped:
            return
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)
