"""What an assessment item declares of its response. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from quiz.formats.checks import NONE, read_decimal
from quiz.formats.xml_source import Element


@dataclass(frozen=True, slots=True)
class Response:
    """A response declaration and what is done with it.

    Attributes:
        is_mapped: the mapped values decide, not the correct response.
        rules: the item's own processing, if it is no template.
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

    @property
    def has_rules(self) -> bool:
        return self.rules is not None


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
    processing = root.first("responseProcessing")
    template = (processing.attributes.get("template", "") if processing else "").lower()
    maps = "map_response" in template or (
        processing is not None and next(processing.inside("mapResponse"), None) is not None
    )
    sensitive = [entry.attributes.get("caseSensitive", "true") == "true" for entry in entries]
    default = mapping.attributes.get("defaultValue", "0") if mapping else "0"
    return Response(
        line=declared.line,
        identifier=identifier,
        cardinality=declared.attributes.get("cardinality", "single"),
        base_type=declared.attributes.get("baseType", "identifier"),
        correct=right,
        mapped={
            entry.attributes.get("mapKey", "").strip(): read_decimal(
                entry.attributes.get("mappedValue", "0"), entry.line
            )
            for entry in entries
        },
        default=read_decimal(default, declared.line) if entries else NONE,
        is_mapped=bool(entries) and (maps or not right),
        case_sensitive=any(sensitive) if entries else True,
        rules=processing if processing is not None and processing.children else None,
    )
