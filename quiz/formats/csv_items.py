"""Read items from a table: one row a question, both languages side by side. Pure.

`csv_columns` says which columns there are; docs/item-formats.md shows a table. A text in another
format than its row begins with it in brackets, as in GIFT: `[html]<b>yes</b>`.
"""

from dataclasses import replace

from applications.intake.delimited import detect_encoding, open_text
from applications.intake.faults import Kind as Cause
from applications.intake.faults import UnreadableFile
from applications.intake.records import Record
from applications.tables import unguarded
from quiz.formats.csv_columns import Column, Field, column_of
from quiz.formats.csv_faults import csv_fault
from quiz.formats.csv_rows import CHINESE, ENGLISH, Row
from quiz.formats.drafts import Fault, ItemDraft, Parsed
from quiz.formats.faults import MAX_ITEMS, Refused, fault, too_many


def parse_csv(source: str | bytes, language: str = ENGLISH) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is.

    Args:
        language: of the items, and of the columns that name none. Where it is English and there
            are Chinese questions too, these are the `translations`.
    """
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        header, records = _table(data)
        columns = _columns(header, language)
    except Refused as refused:
        return Parsed((), refused.faults)
    both = language == ENGLISH and Column(Field.QUESTION, 0, CHINESE) in columns.values()
    items: list[ItemDraft] = []
    translations: list[ItemDraft] = []
    faults: list[Fault] = []
    first_lines: dict[str, int] = {}
    for count, record in enumerate(records, start=1):
        if count > MAX_ITEMS:
            return Parsed((), (*faults, too_many(record.line)))
        row = Row(record, columns)
        try:
            if any(cell.strip() for cell in record.cells[len(header.cells) :]):
                raise Refused(csv_fault("cells", record.line))
            for index, cell in enumerate(record.cells):
                if index not in columns and cell.strip():
                    raise Refused(csv_fault("unheaded", record.line, number=index + 1))
            item = row.draft(language)
            if item.identifier:
                first = first_lines.setdefault(item.identifier, item.line)
                if first != item.line:
                    named = {"identifier": item.identifier, "first": first}
                    raise Refused(fault("identifier", item.line, **named))
            if both and row.says(CHINESE):
                translations.append(row.draft(CHINESE))
            items.append(item)
        except Refused as refused:
            faults.extend(refused.faults)
    return Parsed(tuple(items), tuple(faults), translations=tuple(translations))


def _table(data: bytes) -> tuple[Record, list[Record]]:
    """The row of headings and the rows below it."""
    if not data.strip():
        raise Refused(csv_fault("empty", 1))
    try:
        if not detect_encoding(data).startswith("utf-16") and b"\x00" in data:
            raise Refused(fault("nul", data.count(b"\n", 0, data.index(b"\x00")) + 1))
        records = list(open_text(data).records)
    except UnreadableFile as error:
        line = error.fault.finding.params.get("line", 1)
        quoting = error.fault.finding.kind != Cause.UNREADABLE_FILE
        code = "quote" if quoting else "unreadable"
        raise Refused(csv_fault(code, line if isinstance(line, int) else 1)) from error
    for place, record in enumerate(records[:5]):
        if any((found := column_of(c)) and found.field == Field.QUESTION for c in record.cells):
            return record, records[place + 1 :]
    raise Refused(csv_fault("header", records[0].line if records else 1))


def _columns(header: Record, language: str) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    faults: list[Fault] = []
    for index, heading in enumerate(header.cells):
        if not heading.strip():
            continue
        found = column_of(unguarded(heading))
        if found is None:
            faults.append(csv_fault("heading", header.line, heading=heading.strip()[:60]))
            continue
        if found.field == Field.QUESTION:
            found = replace(found, language=found.language or language)
        if found in columns.values():
            faults.append(csv_fault("heading_twice", header.line, heading=heading.strip()[:60]))
        columns[index] = found
    if Column(Field.QUESTION, 0, language) not in columns.values():
        faults.append(csv_fault("language", header.line))
    if faults:
        raise Refused(*faults)
    return columns
