"""What an import does, or did, in words and numbers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications.intake import Column, Finding, RowFault
from applications.intake.columns import LABELS
from applications.intake.faults import MESSAGES

KEPT_REMARKS = 1000
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16": "UTF-16 (BOM)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "big5hkscs": "Big5-HKSCS",
    "xlsx": "Excel (XLSX)",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in a row; row 0 is the whole file."""

    row: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file does, or did.

    Attributes:
        rows: of data in the file; each is created, updated, skipped or faulty.
        faults: rows that are left out, in the order of the file.
        warnings: what a person should look at in rows that are taken.
        encoding: as Python names it, or "xlsx"; `sheet` is the one of a workbook that was read.
        columns: the headings, and the label of what each is taken as ("" for nothing).
        refused: the file cannot be read as a whole; `faults` says why.
        confirmed: it was imported; otherwise this is what would happen.
    """

    rows: int
    create: int = 0
    update: int = 0
    skip: int = 0
    faults: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    sha256: str = ""
    refused: bool = False
    confirmed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The part that programs read."""
        return {
            "rows": self.rows,
            "create": self.create,
            "update": self.update,
            "skip": self.skip,
            "faults": [asdict(fault) for fault in self.faults],
            "encoding": self.encoding,
            "sheet": self.sheet,
        }

    def as_kept(self) -> dict[str, Any]:
        """What is kept with the file: the numbers, and as many remarks as somebody would read."""
        shown = self.as_json() | {
            "faults": [asdict(fault) for fault in self.faults[:KEPT_REMARKS]],
            "fault_count": len(self.faults),
            "warnings": [asdict(warning) for warning in self.warnings[:KEPT_REMARKS]],
            "warning_count": len(self.warnings),
            "delimiter": self.delimiter,
            "columns": self.columns,
            "refused": self.refused,
            "confirmed": self.confirmed,
        }
        return _without_nul(shown)


def say(finding: Finding) -> str:
    """A finding in the active language."""
    params = dict(finding.params)
    if "column" in params:
        params["column"] = _(str(params["column"]))
    return _(MESSAGES[finding.kind]) % params


def fault_remark(fault: RowFault) -> Remark:
    message = " ".join(say(finding) for finding in (fault.finding, *fault.further))
    return Remark(fault.row, fault.kind.value, message)


def labelled(columns: Iterable[Column]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (column.header, LABELS[column.field] if column.field else "") for column in columns
    )


def say_encoding(encoding: str) -> str:
    """An encoding as people know it; nothing if it is not known."""
    return ENCODINGS.get(encoding, encoding)


def _without_nul(value: Any) -> Any:
    """The same without NUL, which a file may hold and PostgreSQL's JSON does not."""
    if isinstance(value, str):
        return value.replace("\0", "␀")
    if isinstance(value, dict):
        return {key: _without_nul(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(inner) for inner in value]
    return value
