"""The parts of an item of QTI: what of its body is read, and what would be lost. Pure."""

from collections.abc import Iterator, Mapping

from quiz.formats.drafts import Fault
from quiz.formats.faults import Refused
from quiz.formats.qti_names import TOOL
from quiz.formats.xml_source import Element
from quiz.marked_words import gettext_noop

CHOICE, ENTRY, ORDER = "choiceInteraction", "textEntryInteraction", "orderInteraction"
BLANK = "_____"
# Each changes what is asked or shown, and nothing here can stand for it.
UNREAD = (
    "assessmentStimulusRef",
    "templateDeclaration",
    "templateProcessing",
    "templateBlock",
    "templateInline",
    "printedVariable",
    "feedbackBlock",
    "feedbackInline",
    "include",
)
REASONS = {
    "unread": gettext_noop(
        "This item has a part that is not read here (%(name)s). Write what it says into the"
        " question, or take it out."
    ),
    "match_values": gettext_noop(
        "The pairs of this match earn different marks, or a wrong one costs some. Here each right"
        " pair earns the same."
    ),
    "option_markup": gettext_noop(
        "“%(name)s” can be chosen here and holds <%(element)s>. Write it as plain text."
    ),
    "processing": gettext_noop(
        "Marks are given here by rules that are not supported (%(name)s). Use match_correct or"
        " map_response."
    ),
    "mapping": gettext_noop(
        "The mapping changes marks in a way that is not supported (%(name)s). Take it out."
    ),
    "no_response": gettext_noop(
        "This item does not say which response is right: add a correctResponse."
    ),
    "choice_twice": gettext_noop("Two choices have the identifier “%(name)s”. Give each its own."),
}


def fault_of(code: str, line: int, **params: object) -> Fault:
    return Fault(line, code, REASONS[code], params)


def require_read(root: Element) -> None:
    """Require that nothing of an item is passed over that changes what it asks.

    Raises:
        Refused: with every part that is not read.
    """
    faults = [fault_of("unread", node.line, name=node.name) for node in _unread(root)]
    if faults:
        raise Refused(*faults)


def _unread(node: Element) -> Iterator[Element]:
    of_a_choice = node.first("feedbackInline") if node.name == "simpleChoice" else None
    for child in node.elements():
        is_lost = child.name in UNREAD and child is not of_a_choice
        if is_lost or (child.name == "rubricBlock" and not _for_candidates(child)):
            yield child
        else:
            yield from _unread(child)


def _for_candidates(rubric: Element) -> bool:
    return "candidate" in rubric.attributes.get("view", "candidate").split()


def named(choices: "Iterator[Element]") -> dict[str, Element]:
    """The choices by their identifiers.

    Raises:
        Refused: two have the same.
    """
    found: dict[str, Element] = {}
    for choice in choices:
        name = choice.attributes.get("identifier", "").strip()
        if found.setdefault(name, choice) is not choice:
            raise Refused(fault_of("choice_twice", choice.line, name=name[:60]))
    return found


def require_apart(one: Mapping[str, Element], other: Mapping[str, Element]) -> None:
    """Require that no identifier is in both sets."""
    for name in other:
        if name in one:
            raise Refused(fault_of("choice_twice", other[name].line, name=name[:60]))


def without(node: Element, interaction: Element | None) -> "list[Element | str]":
    """The body without what is asked, but with its prompt; a blank stands for a text entry."""
    nodes: list[Element | str] = []
    for child in node.children:
        if child is interaction:
            prompt = child.first("prompt") if isinstance(child, Element) else None
            if prompt is not None:
                nodes.append(Element("p", {}, prompt.line, prompt.children))
            elif interaction.name == ENTRY and interaction.attributes.get("class") != TOOL:
                nodes.append(BLANK)
        elif isinstance(child, Element) and child.name in ("rubricBlock", "contentBody"):
            nodes.append(Element("div", {}, child.line, without(child, interaction)))
        elif isinstance(child, Element):
            left = without(child, interaction)
            if left or not child.children:
                nodes.append(Element(child.name, dict(child.attributes), child.line, left))
        else:
            nodes.append(child)
    return nodes


def without_feedback(choice: Element) -> "list[Element | str]":
    return [
        child
        for child in choice.children
        if not (isinstance(child, Element) and child.name == "feedbackInline")
    ]
