"""The layout of an export: which headings it has, in whatever order. Pure.

What a person said about the columns of one file counts for the next file with the same headings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from applications.intake.columns import Column, Field
from applications.wording import fold

_END = "\x1f"


def names_of(headings: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each column that does not change with case, punctuation or order.

    The second column of one heading is told from the first by a number.
    """
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for heading in headings:
        name = folded = fold(heading)
        number = numbers.get(folded, 1)
        while name in names:
            number += 1
            name = f"{folded} {number}"
        numbers[folded] = number
        names[name] = None
    return tuple(names)


def layout_of(headings: Sequence[str]) -> str:
    """Return the SHA-256, in hexadecimal, of a set of headings."""
    return hashlib.sha256(_END.join(sorted(names_of(headings))).encode()).hexdigest()


def as_remembered(columns: Sequence[Column]) -> dict[str, str]:
    """Return what each column is taken for, by its name; "" for a column that is left out."""
    names = names_of([column.header for column in columns])
    return {
        name: column.field.value if column.field else ""
        for name, column in zip(names, columns, strict=True)
    }


def as_chosen(headings: Sequence[str], remembered: Mapping[str, str]) -> dict[int, Field | None]:
    """Return what was remembered about these columns, by index; unknown fields are passed over."""
    known = {field.value: field for field in Field} | {"": None}
    return {
        index: known[remembered[name]]
        for index, name in enumerate(names_of(headings))
        if remembered.get(name) in known
    }
