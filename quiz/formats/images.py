"""Pictures that come inside a file of questions. Pure.

In a draft a text refers to a picture by its content (`image:` and the beginning of its SHA-256),
so the same picture under two names is one.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from quiz.formats.drafts import IMAGE, ImageDraft, ItemDraft
from quiz.formats.faults import Refused, fault

SIGNATURES = {
    ".png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    ".jpg": re.compile(rb"\xff\xd8\xff"),
    ".gif": re.compile(rb"GIF8[79]a"),
    ".webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
REFERENCE = re.compile(rf"{IMAGE}([0-9a-f]{{32}})")


def suffix_of(content: bytes) -> str | None:
    """Return how the name of such a picture ends; None for what is no picture that we take."""
    for suffix, signature in SIGNATURES.items():
        if signature.match(content):
            return suffix
    return None


def image_of(name: str, content: bytes, line: int) -> ImageDraft:
    """Return the picture.

    Raises:
        Refused: it is of no kind that we take.
    """
    if suffix_of(content) is None:
        raise Refused(fault("image_kind", line, name=name[:100]))
    return ImageDraft.of(name.rpartition("/")[2], content)


def references_in(*texts: str) -> set[str]:
    """The references of all pictures that the texts show."""
    return {found[1] for text in texts for found in REFERENCE.finditer(text)}


def references_of(draft: ItemDraft) -> set[str]:
    """The references of all pictures that a draft shows."""
    said = (*draft.choices, *draft.answers)
    return references_in(
        draft.stem,
        draft.general_feedback,
        *(choice.text for choice in draft.choices),
        *(one.feedback for one in said),
        *(pair.question for pair in draft.pairs),
    )


def with_images(draft: ItemDraft, instead: Mapping[str, ImageDraft]) -> ItemDraft:
    """Return the draft with other pictures, by the references of those that it shows."""

    def said(text: str) -> str:
        return REFERENCE.sub(
            lambda found: (
                f"{IMAGE}{instead[found[1]].reference}" if found[1] in instead else found[0]
            ),
            text,
        )

    return replace(
        draft,
        stem=said(draft.stem),
        general_feedback=said(draft.general_feedback),
        choices=tuple(
            replace(choice, text=said(choice.text), feedback=said(choice.feedback))
            for choice in draft.choices
        ),
        answers=tuple(replace(one, feedback=said(one.feedback)) for one in draft.answers),
        pairs=tuple(replace(pair, question=said(pair.question)) for pair in draft.pairs),
        images=tuple(instead.get(image.reference, image) for image in draft.images),
    )


def file_name(image: ImageDraft) -> str:
    """A name that no two pictures share and that needs no escaping anywhere."""
    return f"{image.reference}{suffix_of(image.content) or ''}"
