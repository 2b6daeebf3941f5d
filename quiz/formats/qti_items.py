"""One assessment item of QTI, in the names of version 2, on its way to a draft. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from quiz.formats.checks import FULL, NONE, checked
from quiz.formats.drafts import (
    IMAGE,
    ChoiceDraft,
    Fault,
    ImageDraft,
    ItemDraft,
    Kind,
    ShortAnswerDraft,
    TextFormat,
)
from quiz.formats.faults import Refused, fault
from quiz.formats.images import REFERENCE, image_of
from quiz.formats.markup import html_of
from quiz.formats.packages import beside
from quiz.formats.pairs import pairs_in_order
from quiz.formats.qti_names import FORMATS, SOURCE, TOOL, UNNAMED, code_of
from quiz.formats.qti_numbers import numbers_of
from quiz.formats.qti_parts import (
    CHOICE,
    ENTRY,
    ORDER,
    fault_of,
    named,
    require_apart,
    require_read,
    without,
    without_feedback,
)
from quiz.formats.qti_processing import Way
from quiz.formats.qti_responses import Response, response_of
from quiz.formats.qti_shares import (
    part_of,
    plain_option,
    require_bounds,
    require_plain,
    right_pairs,
    shares_of,
)
from quiz.formats.xml_source import Element
from quiz.marked_words import gettext_noop

MATCH, ESSAY = "matchInteraction", "extendedTextInteraction"
READ = (CHOICE, ENTRY, MATCH, ORDER, ESSAY)
TRUTHS = {"true": True, "false": False}
OUR_LINK = re.compile(r"\.\./images/[0-9a-f]{32}\.(?:png|jpg|gif|webp)")
REASONS = {
    "several": (
        gettext_noop("This item asks several things at once (%(kinds)s). Make an item of each.")
    ),
    "unknown_choice": gettext_noop("The right response “%(name)s” is none of the choices."),
    "match_sets": gettext_noop("A match needs two sets: what is asked, and what can be chosen."),
    "match_none": gettext_noop("Nothing is paired with “%(name)s”. Pair it or take it out."),
    "match_several": gettext_noop(
        "“%(name)s” is paired with several answers. Only one can be right here."
    ),
    "order_all": gettext_noop("The right order does not name each choice once."),
    "image_outside": gettext_noop(
        "The image “%(name)s” is not in the package. Export it with its images."
    ),
}


class Item:
    """An `assessmentItem`; `members` are the files of its package."""

    def __init__(self, root: Element, name: str, members: Mapping[str, bytes]) -> None:
        self._root = root
        self._name = name
        self._members = members
        self._own = root.attributes.get("toolName") == TOOL
        self._images: dict[str, ImageDraft] = {}
        self._faults: list[Fault] = []
        self._lines: list[int] = []
        self._feedback = {
            told.attributes.get("identifier", ""): told for told in root.elements("modalFeedback")
        }

    def draft(self) -> ItemDraft:
        """Return the draft.

        Raises:
            Refused: with everything that is wrong with the item.
        """
        body = self._root.first("itemBody")
        if body is None:
            raise Refused(fault("stem", self._root.line))
        require_read(self._root)
        interaction = self._interaction(body)
        stem, stem_format = self._rich(without(body, interaction), body.line)
        general, general_format = self._told("GENERAL")
        head = ItemDraft(
            kind=Kind.DESCRIPTION,
            stem=stem,
            line=self._root.line,
            identifier=self._code(),
            title=" ".join(self._root.attributes.get("title", "").split()),
            category=self._root.attributes.get("label", "") if self._own else "",
            text_format=stem_format,
            general_feedback=general,
            general_feedback_format=general_format,
        )
        draft = self._answered(head, interaction)
        if self._faults:
            raise Refused(*self._faults)
        return checked(replace(draft, images=tuple(self._images.values())), self._lines)

    def _code(self) -> str:
        identifier = self._root.attributes.get("identifier", "").strip()
        if not self._own:
            return identifier
        return "" if identifier.startswith(UNNAMED) else code_of(identifier)

    def _interaction(self, body: Element) -> Element | None:
        """The one thing that the item asks."""
        found = list(body.inside(*_interactions(body)))
        unknown = sorted({node.name for node in found} - set(READ))
        if unknown:
            supported = ", ".join(READ)
            named = {"kind": ", ".join(unknown), "supported": supported}
            raise Refused(fault("kind", found[0].line, **named))
        if len(found) > 1:
            kinds = ", ".join(node.name for node in found[:5])
            raise Refused(_fault("several", found[1].line, kinds=kinds))
        return found[0] if found else None

    def _answered(self, head: ItemDraft, interaction: Element | None) -> ItemDraft:
        if interaction is None:
            return head
        if interaction.name == ESSAY:
            return replace(head, kind=Kind.ESSAY)
        response = response_of(self._root, interaction)
        require_plain(response, interaction)
        match interaction.name:
            case "choiceInteraction":
                return self._choices(head, interaction, response)
            case "textEntryInteraction":
                return self._entry(head, response)
            case "matchInteraction":
                return self._match(head, interaction, response)
            case _:
                return self._order(head, interaction, response)

    def _choices(self, head: ItemDraft, asked: Element, response: Response) -> ItemDraft:
        several = response.cardinality == "multiple"
        offered = named(asked.inside("simpleChoice"))
        self._require_known([*response.correct, *response.mapped], offered, asked.line)
        shares = shares_of(response, list(offered), several=several)
        choices = []
        for name, choice in offered.items():
            text, text_format = self._rich(without_feedback(choice), choice.line)
            feedback, feedback_format = self._told(name, choice.first("feedbackInline"))
            choices.append(ChoiceDraft(text, shares[name], feedback, text_format, feedback_format))
            self._lines.append(choice.line)
        texts = list(offered) if self._own else [choice.text.lower() for choice in choices]
        if not several and sorted(texts) == ["false", "true"]:
            by_truth = {
                TRUTHS[said]: replace(choice, text=said.title(), text_format=TextFormat.PLAIN)
                for said, choice in zip(texts, choices, strict=True)
            }
            return replace(head, kind=Kind.TRUE_FALSE, choices=(by_truth[True], by_truth[False]))
        kind = Kind.MULTIPLE if several else Kind.SINGLE
        return replace(head, kind=kind, choices=tuple(choices))

    def _entry(self, head: ItemDraft, response: Response) -> ItemDraft:
        values = response.mapped if response.is_mapped else {}
        most = max(values.values(), default=NONE)
        require_bounds(response, most)
        if values and response.default:
            raise Refused(fault_of("mapping", response.line, name="defaultValue"))
        if response.is_number:
            return replace(head, kind=Kind.NUMERICAL, answers=numbers_of(response))
        worth = [(text, part_of(value, most)) for text, value in values.items()] or [
            (text, FULL) for text in response.correct
        ]
        return replace(
            head,
            kind=Kind.SHORT,
            case_sensitive=response.case_sensitive,
            answers=tuple(
                ShortAnswerDraft(
                    text if self._own else text.replace("*", r"\*"),
                    share,
                    text_format=TextFormat.PLAIN,
                    feedback_format=head.text_format,
                )
                for text, share in worth
            ),
        )

    def _match(self, head: ItemDraft, asked: Element, response: Response) -> ItemDraft:
        sets = [
            named(one.elements("simpleAssociableChoice"))
            for one in asked.elements("simpleMatchSet")
        ]
        if len(sets) != 2 or not all(sets):
            raise Refused(_fault("match_sets", asked.line))
        prompts, options = sets
        require_apart(prompts, options)
        answers: dict[str, str] = {}
        for pair in right_pairs(response):
            names = pair.split()
            if len(names) != 2:
                raise Refused(_fault("unknown_choice", asked.line, name=pair[:60]))
            prompt, option = names if names[0] in prompts else names[::-1]
            self._require_known([prompt], prompts, asked.line)
            self._require_known([option], options, asked.line)
            if answers.setdefault(prompt, option) != option:
                said = prompts[prompt].text.strip()[:60]
                raise Refused(_fault("match_several", prompts[prompt].line, name=said))
        for name, prompt_element in prompts.items():
            if name not in answers:
                said = prompt_element.text.strip()[:60]
                raise Refused(_fault("match_none", prompt_element.line, name=said))
        offered = {name: plain_option(option) for name, option in options.items()}
        asked_for = []
        for name, prompt_element in prompts.items():
            text, text_format = self._rich(prompt_element.children, prompt_element.line)
            asked_for.append((text, text_format, offered[answers[name]]))
        return replace(
            head, kind=Kind.MATCHING, pairs=pairs_in_order(asked_for, list(offered.values()))
        )

    def _order(self, head: ItemDraft, asked: Element, response: Response) -> ItemDraft:
        offered = named(asked.inside("simpleChoice"))
        if response.is_mapped:
            raise Refused(fault_of("processing", response.line, name=Way.MAP.value))
        if sorted(response.correct) != sorted(offered):
            raise Refused(_fault("order_all", asked.line))
        choices = []
        for name in response.correct:
            text, text_format = self._rich(offered[name].children, offered[name].line)
            choices.append(ChoiceDraft(text, FULL, "", text_format, head.text_format))
            self._lines.append(offered[name].line)
        return replace(head, kind=Kind.ORDERING, choices=tuple(choices))

    def _require_known(self, names: Iterable[str], known: Iterable[str], line: int) -> None:
        for name in names:
            if name not in known:
                raise Refused(_fault("unknown_choice", line, name=name[:60]))

    def _told(self, name: str, inline: Element | None = None) -> tuple[str, TextFormat]:
        """What is said of a choice, beside it or at the end of the item."""
        told = inline or self._feedback.get(name)
        if told is None or (name == "GENERAL" and not self._own):
            return "", TextFormat.HTML
        return self._rich(told.children, told.line)

    def _rich(self, nodes: "list[Element | str]", line: int) -> tuple[str, TextFormat]:
        """A text of the body. Ours says in which format it is; everybody else's is HTML."""
        self._refer(nodes, line)
        if self._own:
            for node in nodes:
                if not (isinstance(node, Element) and node.name == "div"):
                    continue
                names = node.attributes.get("class", "").split()
                for name in set(names) & FORMATS.keys():
                    text = self._source(node) if SOURCE in names else html_of(node.children)
                    return text.strip(), FORMATS[name]
        text = html_of(_trimmed(nodes)).strip()
        return text, TextFormat.HTML

    def _source(self, node: Element) -> str:
        """A text as its author wrote it, in which links are no elements."""

        def refer(link: re.Match[str]) -> str:
            return self._keep(link[0], node.line) if self._is_ours(link[0]) else link[0]

        return OUR_LINK.sub(refer, node.text)

    def _refer(self, nodes: "list[Element | str]", line: int) -> None:
        """Keep every picture, and refer to it by what it is."""
        for node in nodes:
            if isinstance(node, str):
                continue
            if node.name == "object" and node.attributes.get("type", "").startswith("image/"):
                node.name, alt = "img", node.text.strip()
                source = node.attributes.get("data", "")
                node.attributes, node.children = {"src": source, "alt": alt}, []
            for name, value in node.attributes.items():
                if (node.name, name) == ("img", "src") or self._is_ours(value):
                    node.attributes[name] = self._keep(value, node.line)
            self._refer(node.children, line)

    def _is_ours(self, link: str) -> bool:
        """Whether a link of our own package leads to one of its pictures."""
        found = self._own and OUR_LINK.fullmatch(link)
        return bool(found) and beside(self._name, link) in self._members

    def _keep(self, link: str, line: int) -> str:
        if self._own and REFERENCE.fullmatch(link):
            return link
        member = beside(self._name, unquote(link))
        content = self._members.get(member)
        if content is None:
            self._faults.append(_fault("image_outside", line, name=link[:100]))
            return IMAGE
        try:
            image = image_of(member, content, line)
        except Refused as refused:
            self._faults.extend(refused.faults)
            return IMAGE
        self._images.setdefault(image.reference, image)
        return f"{IMAGE}{image.reference}"


def _interactions(body: Element) -> set[str]:
    names: set[str] = set()
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.name.endswith("Interaction"):
            names.add(node.name)
        waiting.extend(node.elements())
    return names


def _trimmed(nodes: "list[Element | str]") -> "list[Element | str]":
    """Without the white space that only indents."""
    return [node for node in nodes if not isinstance(node, str) or node.strip()] or nodes


def _fault(code: str, line: int, **params: object) -> Fault:
    return Fault(line, code, REASONS[code], params)
