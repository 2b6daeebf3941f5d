"""Write items as a QTI content package of version 2.1 or 3.0. Pure.

What `parse_qti` reads from it is what was written. Markdown, plain text and HTML that is not tidy
without a tag in it stand there as their source, in an element that names the format.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum

from quiz.formats.checks import FULL
from quiz.formats.drafts import (
    ChoiceDraft,
    ImageDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    ShortAnswerDraft,
    TextFormat,
)
from quiz.formats.images import REFERENCE, file_name, references_in
from quiz.formats.markup import TAG, html_of, tree_of, xml_of
from quiz.formats.packages import write_package
from quiz.formats.qti_names import (
    SOURCE,
    STEM,
    TOOL,
    UNNAMED,
    as_identifier,
    new_attribute,
    new_name,
)
from quiz.formats.written import LeftOut, Loss, Written, lost
from quiz.formats.xml_source import element, escape, writable

RESPONSE, SCORE, FEEDBACK = "RESPONSE", "SCORE", "FEEDBACK"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Version(StrEnum):
    V21 = "2.1"
    V30 = "3.0"


ITEMS = {
    Version.V21: "http://www.imsglobal.org/xsd/imsqti_v2p1",
    Version.V30: "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
TEMPLATES = {
    Version.V21: "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
    Version.V30: "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
}
MANIFESTS = {
    Version.V21: ("http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.1 Package", "1.0.0"),
    Version.V30: ("http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0"),
}
RESOURCES = {Version.V21: "imsqti_item_xmlv2p1", Version.V30: "imsqti_item_xmlv3p0"}


def write_qti(drafts: Iterable[ItemDraft], version: Version = Version.V21) -> Written:
    """Return the package: a manifest, an XML of each item, the pictures."""
    losses: list[Loss] = []
    members: dict[str, bytes] = {}
    images: dict[str, bytes] = {}
    resources: list[str] = []
    for number, draft in enumerate(drafts, start=1):
        written = _Item(draft, version, number)
        try:
            content = written.whole()
        except LeftOut as left_out:
            losses.append(left_out.loss(draft))
            continue
        losses.extend(written.losses)
        name = f"items/{number:05d}.xml"
        members[name] = f"{HEAD}{content}\n".encode()
        images |= {f"images/{file_name(image)}": image.content for image in written.shown}
        resources.append(_resource(name, number, written.shown, version))
    manifest = {"imsmanifest.xml": _manifest(resources, version)}
    return Written(write_package(manifest | members | images), tuple(losses))


def _resource(name: str, number: int, images: list[ImageDraft], version: Version) -> str:
    files = [element("file", href=name)]
    files += [element("file", href=f"images/{file_name(image)}") for image in images]
    said = {"identifier": f"item-{number}", "type": RESOURCES[version], "href": name}
    return element("resource", *files, **said)


def _manifest(resources: list[str], version: Version) -> bytes:
    namespace, schema, schema_version = MANIFESTS[version]
    kind = element("schema", schema) + element("schemaversion", schema_version)
    body = [
        element("metadata", kind),
        element("organizations"),
        element("resources", *(f"\n{resource}" for resource in resources)),
    ]
    whole = element("manifest", *body, xmlns=namespace, identifier="items")
    return f"{HEAD}{whole}\n".encode()


class _Item:
    """One item on its way to XML."""

    def __init__(self, draft: ItemDraft, version: Version, number: int) -> None:
        self._draft = draft
        self._version = version
        self._number = number
        self._images = {image.reference: image for image in draft.images}
        self.shown: list[ImageDraft] = []
        self.losses: list[Loss] = []

    def whole(self) -> str:
        draft = self._draft
        feedback = "".join(self._feedback())
        parts = [
            *self._declarations(),
            self._el(
                "outcomeDeclaration", identifier=SCORE, cardinality="single", baseType="float"
            ),
        ]
        if feedback:
            told = {"cardinality": "multiple", "baseType": "identifier"}
            parts.append(self._el("outcomeDeclaration", identifier=FEEDBACK, **told))
        stem = self._rich(draft.stem, draft.text_format, STEM)
        parts += [self._el("itemBody", stem, *self._interaction()), *self._processing(), feedback]
        self._note_losses()
        whole = self._el(
            "assessmentItem",
            *(f"\n{part}" for part in parts if part),
            "\n",
            xmlns=ITEMS[self._version],
            identifier=as_identifier(draft.identifier) or f"{UNNAMED}{self._number}",
            title=draft.title,
            label=draft.category,
            adaptive="false",
            timeDependent="false",
            toolName=TOOL,
        )
        if not writable(whole):
            raise LeftOut("character")
        return whole

    def _el(self, name: str, /, *content: str, **attributes: str) -> str:
        if self._version == Version.V30:
            attributes = {new_attribute(key): value for key, value in attributes.items()}
            name = new_name(name)
        return element(name, *content, **attributes)

    def _declarations(self) -> Iterator[str]:
        draft = self._draft
        match draft.kind:
            case Kind.SINGLE | Kind.MULTIPLE | Kind.TRUE_FALSE:
                several = draft.kind == Kind.MULTIPLE
                named = list(zip(self._names(), draft.choices, strict=True))
                right = [n for n, c in named if (c.fraction > 0 if several else c.fraction == FULL)]
                mapped = [(n, c.fraction) for n, c in named] if self._is_mapped() else []
                cardinality = "multiple" if several else "single"
                yield self._declared(
                    cardinality, "identifier", right[: None if several else 1], mapped
                )
            case Kind.SHORT:
                texts = [(a.text, a.fraction) for a in self._shorts()]
                yield self._declared("single", "string", [self._first_full()], texts)
            case Kind.NUMERICAL:
                yield self._declared("single", "float", [self._first_full()], [])
            case Kind.MATCHING:
                pairs = [f"{prompt} {option}" for prompt, _, option in self._pairs()]
                yield self._declared(
                    "multiple", "directedPair", pairs, [(pair, FULL) for pair in pairs]
                )
            case Kind.ORDERING:
                yield self._declared("ordered", "identifier", self._names(), [])
            case Kind.ESSAY:
                yield self._declared("single", "string", [], [])
            case Kind.DESCRIPTION:
                return

    def _declared(
        self,
        cardinality: str,
        base_type: str,
        right: list[str],
        mapped: list[tuple[str, Decimal]],
    ) -> str:
        content = []
        if right:
            values = (self._el("value", escape(text)) for text in right)
            content.append(self._el("correctResponse", *values))
        if mapped:
            share = Decimal(100 * len(mapped)) if base_type == "directedPair" else FULL
            rest = {}
            if base_type == "string":
                rest = {"caseSensitive": "true" if self._draft.case_sensitive else "false"}
            entries = [
                self._el("mapEntry", mapKey=key, mappedValue=_share(worth, share), **rest)
                for key, worth in mapped
            ]
            content.append(self._el("mapping", *entries, defaultValue="0"))
        said = {"identifier": RESPONSE, "cardinality": cardinality, "baseType": base_type}
        return self._el("responseDeclaration", *content, **said)

    def _interaction(self) -> Iterator[str]:
        draft = self._draft
        asked = {"responseIdentifier": RESPONSE}
        match draft.kind:
            case Kind.SINGLE | Kind.MULTIPLE | Kind.TRUE_FALSE:
                most = {"maxChoices": "0" if draft.kind == Kind.MULTIPLE else "1"}
                choices = self._choices()
                yield self._el("choiceInteraction", *choices, **asked, shuffle="true", **most)
            case Kind.ORDERING:
                yield self._el("orderInteraction", *self._choices(), **asked, shuffle="true")
            case Kind.SHORT | Kind.NUMERICAL:
                entry = {"class": TOOL}
                yield element("p", self._el("textEntryInteraction", **asked, **entry))
            case Kind.ESSAY:
                yield self._el("extendedTextInteraction", **asked)
            case Kind.MATCHING:
                yield self._match(asked)
            case Kind.DESCRIPTION:
                return

    def _choices(self) -> Iterator[str]:
        for name, choice in zip(self._names(), self._draft.choices, strict=True):
            if self._draft.kind == Kind.TRUE_FALSE:
                text = element("p", choice.text)
            else:
                text = self._rich(choice.text, choice.text_format)
            yield self._el("simpleChoice", text, identifier=name)

    def _match(self, asked: dict[str, str]) -> str:
        prompts, options = [], []
        for name, text, _ in self._prompts():
            said = {"identifier": name, "matchMax": "1"}
            prompts.append(self._el("simpleAssociableChoice", text, **said))
        for name, answer in self._options().items():
            said = {"identifier": answer, "matchMax": "0"}
            options.append(self._el("simpleAssociableChoice", escape(name), **said))
        sets = (self._el("simpleMatchSet", *prompts), self._el("simpleMatchSet", *options))
        return self._el("matchInteraction", *sets, **asked, shuffle="true", maxAssociations="0")

    def _prompts(self) -> Iterator[tuple[str, str, str]]:
        number = 0
        for pair in self._draft.pairs:
            if pair.question:
                number += 1
                yield f"P{number}", self._rich(pair.question, pair.question_format), pair.answer

    def _options(self) -> dict[str, str]:
        answers = dict.fromkeys(" ".join(pair.answer.split()) for pair in self._draft.pairs)
        return {answer: f"O{number}" for number, answer in enumerate(answers, start=1)}

    def _pairs(self) -> Iterator[tuple[str, str, str]]:
        options = self._options()
        asked = [pair for pair in self._draft.pairs if pair.question]
        for number, pair in enumerate(asked, start=1):
            yield f"P{number}", pair.question, options[" ".join(pair.answer.split())]

    def _processing(self) -> Iterator[str]:
        match self._draft.kind:
            case Kind.NUMERICAL:
                branches = []
                for number, answer in enumerate(self._numbers()):
                    name = "responseElseIf" if number else "responseIf"
                    value = self._el("baseValue", _share(answer.fraction, FULL), baseType="float")
                    scored = self._el("setOutcomeValue", value, identifier=SCORE)
                    branches.append(self._el(name, self._condition(answer), scored))
                yield self._el("responseProcessing", self._el("responseCondition", *branches))
            case Kind.SHORT | Kind.MATCHING:
                yield self._template("map_response")
            case Kind.ORDERING:
                yield self._template("match_correct")
            case Kind.ESSAY | Kind.DESCRIPTION:
                return
            case _:
                yield self._template("map_response" if self._is_mapped() else "match_correct")

    def _template(self, name: str) -> str:
        return self._el("responseProcessing", template=TEMPLATES[self._version].format(name))

    def _condition(self, answer: NumericalAnswerDraft) -> str:
        given = self._el("variable", identifier=RESPONSE)
        if answer.low is not None and answer.high is not None:
            low = self._el("gte", given, self._float(answer.low))
            high = self._el("lte", given, self._float(answer.high))
            return self._el("and", low, high)
        assert answer.value is not None  # noqa: S101 - `_numbers` gives no other
        value = self._float(answer.value)
        if answer.tolerance is None:
            return self._el("equal", given, value, toleranceMode="exact")
        off = f"{answer.tolerance} {answer.tolerance}"
        return self._el("equal", given, value, toleranceMode="absolute", tolerance=off)

    def _float(self, number: Decimal) -> str:
        return self._el("baseValue", str(number), baseType="float")

    def _feedback(self) -> Iterator[str]:
        draft = self._draft
        told = []
        if draft.general_feedback:
            told.append(("GENERAL", draft.general_feedback, draft.general_feedback_format))
        if draft.kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE):
            told += [
                (name, choice.feedback, choice.feedback_format)
                for name, choice in zip(self._names(), draft.choices, strict=True)
                if choice.feedback
            ]
        for name, text, text_format in told:
            said = {"outcomeIdentifier": FEEDBACK, "identifier": name, "showHide": "show"}
            yield "\n" + self._el("modalFeedback", self._rich(text, text_format), **said)

    def _rich(self, text: str, text_format: TextFormat, *classes: str) -> str:
        """A text in an element that says in which format it is."""
        names = [*classes, f"dtt-{text_format.value}"]
        is_markup = text_format in (TextFormat.HTML, TextFormat.MOODLE)
        tidied = html_of(tree_of(text)).strip() if is_markup else ""
        if tidied and (tidied == text or TAG.search(text)):
            if tidied != text:
                self.losses.append(lost(self._draft, "tidied"))
            content = xml_of(tree_of(tidied))
        else:
            names.append(SOURCE)
            content = escape(text)
        for reference in sorted(references_in(content) & self._images.keys()):
            if self._images[reference] not in self.shown:
                self.shown.append(self._images[reference])
        return element("div", REFERENCE.sub(self._link, content), **{"class": " ".join(names)})

    def _link(self, found: re.Match[str]) -> str:
        image = self._images.get(found[1])
        return f"../images/{file_name(image)}" if image else found[0]

    def _names(self) -> list[str]:
        if self._draft.kind == Kind.TRUE_FALSE:
            return ["true", "false"]
        return [f"C{number}" for number in range(1, len(self._draft.choices) + 1)]

    def _is_mapped(self) -> bool:
        """Whether shares are needed: one right choice out of several needs none."""
        if self._draft.kind == Kind.MULTIPLE:
            return True
        fractions = sorted(choice.fraction for choice in self._draft.choices)
        return fractions != [Decimal(0)] * (len(fractions) - 1) + [FULL]

    def _shorts(self) -> list[ShortAnswerDraft]:
        return [a for a in self._draft.answers if isinstance(a, ShortAnswerDraft)]

    def _numbers(self) -> list[NumericalAnswerDraft]:
        numbers = [a for a in self._draft.answers if isinstance(a, NumericalAnswerDraft)]
        return [a for a in numbers if a.value is not None or a.low is not None]

    def _first_full(self) -> str:
        for short in self._shorts():
            if short.fraction == FULL:
                return short.text
        for number in self._numbers():
            if number.fraction == FULL:
                return str(number.low if number.value is None else number.value)
        return ""

    def _note_losses(self) -> None:
        draft = self._draft
        said: list[ChoiceDraft | NumericalAnswerDraft] = [*draft.answers]
        if draft.kind == Kind.ORDERING:
            said += draft.choices
        if any(answer.feedback for answer in said):
            self.losses.append(lost(draft, "feedback"))
        if draft.units:
            self.losses.append(lost(draft, "units"))
        if draft.tags:
            self.losses.append(lost(draft, "tags"))
        if any("*" in short.text for short in self._shorts()):
            self.losses.append(lost(draft, "wildcard"))


def _share(worth: Decimal, of: Decimal) -> str:
    return f"{(worth / of).normalize():f}"
