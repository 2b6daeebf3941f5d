"""What an assessment item declares of its response. Pure."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from quiz.formats.checks import NONE, read_decimal
from quiz.formats.qti_processing import Processing, Way, processing_of
from quiz.formats.xml_source import Element


@dataclass(frozen=True, slots=True)
class Response:
    """A response declaration and what is done with it.

    Attributes:
        is_mapped: the mapped values decide, not the correct response.
        rules: the item's own processing, if it says something else than a template does.
        twice: a text that is mapped twice, or of which only a part of the mapping minds capitals.
    """

    line: int
    identifier: str
    cardinality: str
    base_type: str
    correct: list[str]
    mapped: dict[str, Decimal]
    default: Decimal
    is_mapped: bool
    case_sensitive: bool
    rules: Element | None
    processing: Processing
    lower: Decimal | None
    upper: Decimal | None
    twice: str

    @property
    def is_number(self) -> bool:
        return self.base_type in ("float", "integer")


def response_of(root: Element, interaction: Element) -> Response:
    """Return the declaration that the interaction names.

    Raises:
        Refused: a mapped value is no number.
    """
    identifier = interaction.attributes.get("responseIdentifier", "RESPONSE")
    declared = next(
        (
            one
            for one in root.elements("responseDeclaration")
            if one.attributes.get("identifier") == identifier
        ),
        Element("responseDeclaration", {}, interaction.line),
    )
    correct = declared.first("correctResponse")
    right = [value.text.strip() for value in correct.elements("value")] if correct else []
    mapping = declared.first("mapping")
    entries = list(mapping.elements("mapEntry")) if mapping else []
    processing = processing_of(root, identifier)
    alone = processing.way == Way.DECLARED and bool(entries) and not right
    cardinality = declared.attributes.get("cardinality", "single")
    # An order has no values to map: our own files of it once said so and meant the right order.
    maps = processing.way == Way.MAP and (bool(entries) or cardinality != "ordered")
    is_mapped = maps or alone
    sensitive = [entry.attributes.get("caseSensitive", "true") == "true" for entry in entries]
    keys = [entry.attributes.get("mapKey", "").strip() for entry in entries]
    twice = next((key for key, times in Counter(keys).items() if times > 1), "")
    if len(set(sensitive)) > 1:
        twice = "caseSensitive"
    default = mapping.attributes.get("defaultValue", "0") if mapping else "0"
    return Response(
        line=declared.line,
        identifier=identifier,
        cardinality=cardinality,
        base_type=declared.attributes.get("baseType", "identifier"),
        correct=right,
        mapped={
            entry.attributes.get("mapKey", "").strip(): read_decimal(
                entry.attributes.get("mappedValue", "0"), entry.line
            )
            for entry in entries
        },
        default=read_decimal(default, declared.line) if entries else NONE,
        is_mapped=is_mapped,
        case_sensitive=any(sensitive) if is_mapped else processing.case_sensitive,
        rules=root.first("responseProcessing") if processing.way == Way.OTHER else None,
        processing=processing,
        lower=_bound(mapping, "lowerBound"),
        upper=_bound(mapping, "upperBound"),
        twice=twice,
    )


def _bound(mapping: Element | None, name: str) -> Decimal | None:
    written = mapping.attributes.get(name, "").strip() if mapping else ""
    return read_decimal(written, mapping.line) if mapping and written else None
