"""XML as a tree that knows its lines. Pure; time and memory grow with the length of the file.

A document type is refused before it is read, so no entity can be declared, and nothing outside
the file is ever looked at. Names come without their namespace.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from quiz.formats.faults import Refused, fault

MAX_DEPTH = 100
MAX_ELEMENTS = 400_000
UNKNOWN_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
# What XML 1.0 has no way to write, and what a parser would turn into a line feed.
UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Element:
    """`end` is the line of its closing tag."""

    name: str
    attributes: dict[str, str]
    line: int
    children: "list[Element | str]" = field(default_factory=list)
    end: int = 0

    def elements(self, name: str = "") -> "Iterator[Element]":
        """The child elements, those of one name or all."""
        for child in self.children:
            if isinstance(child, Element) and (not name or child.name == name):
                yield child

    def first(self, name: str) -> "Element | None":
        return next(self.elements(name), None)

    def inside(self, *names: str) -> "Iterator[Element]":
        """All elements of these names at any depth, in the order of the file."""
        for child in self.elements():
            if child.name in names:
                yield child
            yield from child.inside(*names)

    def strays(self) -> "Iterator[tuple[int, str]]":
        """Each text that stands right in it, not in an element of it, and its line."""
        line = self.line
        for child in self.children:
            if isinstance(child, Element):
                line = child.end
            elif child.strip():
                before = child[: len(child) - len(child.lstrip())]
                yield line + before.count("\n"), child.strip()

    @property
    def text(self) -> str:
        """All the text in it, at any depth."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def text_of(self, name: str) -> str:
        """The text of the first child of this name, without the spaces around it."""
        child = self.first(name)
        return child.text.strip() if child else ""


def read_xml(source: str | bytes) -> Element:
    """Return the root.

    Raises:
        Refused: with the line at which the file is no XML, or more than we take.
    """
    return _Reading(source).root


class _Reading:
    def __init__(self, source: str | bytes) -> None:
        self._open: list[Element] = []
        self._count = 0
        self._root: Element | None = None
        # A text has no encoding any more, whatever it declares.
        self._parser = expat.ParserCreate("utf-8" if isinstance(source, str) else None, " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._said
        if isinstance(source, str):
            source = source.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
        try:
            self._parser.Parse(source, True)
        except expat.ExpatError as error:
            if error.code == UNKNOWN_ENTITY:
                raise Refused(fault("xml_entity", error.lineno)) from error
            what = expat.ErrorString(error.code)
            raise Refused(fault("xml", error.lineno, what=what)) from error
        except (LookupError, ValueError) as error:
            line = self._parser.CurrentLineNumber
            raise Refused(fault("xml", line, what="unknown encoding")) from error

    @property
    def root(self) -> Element:
        assert self._root is not None  # noqa: S101 - expat refuses a file without an element
        return self._root

    def _doctype(self, *_: object) -> None:
        raise Refused(fault("xml_doctype", self._parser.CurrentLineNumber))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        line = self._parser.CurrentLineNumber
        if self._count > MAX_ELEMENTS:
            raise Refused(fault("xml_many", line, most=MAX_ELEMENTS))
        if len(self._open) == MAX_DEPTH:
            raise Refused(fault("xml_deep", line, most=MAX_DEPTH))
        bare = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], bare, line)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop().end = self._parser.CurrentLineNumber

    def _said(self, text: str) -> None:
        self._open[-1].children.append(text)


def element(name: str, /, *content: str, **attributes: str) -> str:
    """Write an element; `content` is XML already. A name like `matchMax_` loses its underscore."""
    said = "".join(f" {key.rstrip('_')}={quoteattr(value)}" for key, value in attributes.items())
    inner = "".join(content)
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def writable(text: str) -> bool:
    """Whether XML can carry the text and a reader gets all of it back."""
    return not UNWRITABLE.search(text)


__all__ = ["Element", "element", "escape", "read_xml", "writable"]
