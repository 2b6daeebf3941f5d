"""One row of cells, and where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One row of cells.

    Attributes:
        row: 1-based row as a spreadsheet shows it; blank rows count, a `sep=` line does not.
        line, last_line: 1-based lines of the file that the row spans.
        cells: as written, quotation marks undone.
    """

    row: int
    line: int
    last_line: int
    cells: tuple[str, ...]

    def is_blank(self) -> bool:
        """Tell whether there is nothing in it."""
        return not any(map(str.strip, self.cells))
