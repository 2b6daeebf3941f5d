"""How QTI writes its names in its versions, and our own texts and codes in it. Pure.

Version 3 writes `qti-choice-interaction max-choices="1"` for `choiceInteraction maxChoices="1"`.
Everything here is said in the names of version 2.
"""

import re

from quiz.formats.drafts import TextFormat
from quiz.formats.xml_source import Element

TOOL = "dtt"
PREFIX = "qti-"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
ESCAPED = re.compile(r"_x([0-9A-F]{1,6})_")
UNNAMED = "unnamed-"
STEM, SOURCE = "dtt-stem", "dtt-source"
FORMATS = {f"dtt-{text_format.value}": text_format for text_format in TextFormat}


def plain_names(root: Element) -> Element:
    """Give the elements and attributes of version 3 the names of version 2, in place."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.name.startswith(PREFIX):
            node.name = _camel(node.name.removeprefix(PREFIX))
            node.attributes = {
                name if name.startswith("data-") else _camel(name): value
                for name, value in node.attributes.items()
            }
        waiting.extend(node.elements())
    return root


def new_name(name: str) -> str:
    """The name of an element of version 2 in version 3."""
    return PREFIX + new_attribute(name)


def new_attribute(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)


def as_identifier(code: str) -> str:
    """A code as an identifier of QTI, which takes letters, digits and few signs."""
    said = re.sub(
        r"[^A-Za-z0-9_.-]|_(?=x)|(?<![\s\S])[^A-Za-z_]", lambda sign: _escape(sign[0]), code
    )
    return f"{_escape(said[0])}{said[1:]}" if said.startswith(UNNAMED) else said


def code_of(identifier: str) -> str:
    """The inverse of `as_identifier`."""
    return ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), identifier)


def _escape(sign: str) -> str:
    return f"_x{ord(sign):X}_"


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(part.capitalize() for part in others)
