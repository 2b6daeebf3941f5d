"""What can be wrong with an export, and how to say it. Pure.

A message is an English template with named places; the edge translates it by
`gettext(MESSAGES[kind]) % params`, after it has translated the parameter `column`, a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The stable name of a fault or a warning."""

    # the whole file: no row is read
    EMPTY_FILE = "empty_file"
    UNREADABLE_FILE = "unreadable_file"
    WORKBOOK = "workbook"
    DAMAGED_WORKBOOK = "damaged_workbook"
    OVERSIZED_WORKBOOK = "oversized_workbook"
    PROTECTED_WORKBOOK = "protected_workbook"
    MACRO_WORKBOOK = "macro_workbook"
    UNTERMINATED_QUOTE = "unterminated_quote"
    STRAY_QUOTE = "stray_quote"
    OVERLONG_LINE = "overlong_line"
    MISSING_HEADER = "missing_header"
    TOO_MANY_COLUMNS = "too_many_columns"
    MISSING_COLUMN = "missing_column"
    AMBIGUOUS_COLUMN = "ambiguous_column"
    REPEATED_COLUMN = "repeated_column"
    NO_ROWS = "no_rows"
    # one row: it is left out
    WRONG_NUMBER_OF_CELLS = "wrong_number_of_cells"
    REPEATED_HEADER = "repeated_header"
    NUL_BYTE = "nul_byte"
    CELL_TOO_LONG = "cell_too_long"
    MISSING_EMAIL = "missing_email"
    INVALID_EMAIL = "invalid_email"
    MISSING_NAME = "missing_name"
    NOT_ELIGIBLE_STATUS = "not_eligible_status"
    INVALID_MONTH = "invalid_month"
    HONOUR_CODE_NOT_ACCEPTED = "honour_code_not_accepted"
    PRIVACY_NOTICE_NOT_ACCEPTED = "privacy_notice_not_accepted"
    DUPLICATE_EMAIL = "duplicate_email"
    # one cell that the row can do without: a warning, the row is kept
    EMPTY_CELL = "empty_cell"
    NAME_IN_GIVEN_COLUMN = "name_in_given_column"
    UNREADABLE_PHONE = "unreadable_phone"
    INVALID_RATING = "invalid_rating"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_TRACK = "unknown_track"
    UNKNOWN_LANGUAGE = "unknown_language"
    LONG_ANSWER = "long_answer"
    UNREADABLE_DAY = "unreadable_day"
    UNREADABLE_TIME = "unreadable_time"


def gettext_noop(message: str) -> str:
    """Mark a message for the catalogue; whoever shows it translates it."""
    return message


MESSAGES: Final[dict[Kind, str]] = {
    Kind.EMPTY_FILE: gettext_noop("The file is empty."),
    Kind.UNREADABLE_FILE: gettext_noop(
        "The text of the file cannot be read (line %(line)d). Save it as “CSV UTF-8” and try again."
    ),
    Kind.WORKBOOK: gettext_noop(
        "This is a workbook of a kind that is not read here. "
        "Save it as an Excel workbook (.xlsx) or as “CSV UTF-8” and try again."
    ),
    Kind.DAMAGED_WORKBOOK: gettext_noop(
        "The workbook is damaged. Open it in your spreadsheet program, save it again as an Excel "
        "workbook (.xlsx) or as “CSV UTF-8”, and try again."
    ),
    Kind.OVERSIZED_WORKBOOK: gettext_noop(
        "The workbook holds far more than a list of applications. Copy the rows into a new "
        "workbook, or save the sheet as “CSV UTF-8”, and try again."
    ),
    Kind.PROTECTED_WORKBOOK: gettext_noop(
        "The workbook is protected by a password. Save it without one and try again."
    ),
    Kind.MACRO_WORKBOOK: gettext_noop(
        "The workbook contains macros. Save it as an Excel workbook without macros (.xlsx) and "
        "try again."
    ),
    Kind.UNTERMINATED_QUOTE: gettext_noop(
        "A quotation mark that opens in this row (line %(line)d) is never closed, "
        "so the rows after it cannot be told apart."
    ),
    Kind.STRAY_QUOTE: gettext_noop(
        "There is text after a closing quotation mark (lines %(line)d to %(last_line)d), "
        "so the cells cannot be told apart. Double the quotation marks inside a cell."
    ),
    Kind.OVERLONG_LINE: gettext_noop(
        "A cell in line %(line)d is far too long. Is this a CSV file?"
    ),
    Kind.MISSING_HEADER: gettext_noop(
        "Row %(row)d does not name the columns of an application. The first row must be the "
        "headings of the form."
    ),
    Kind.MISSING_COLUMN: gettext_noop("There is no column for “%(column)s”."),
    Kind.TOO_MANY_COLUMNS: gettext_noop(
        "The headings reach over %(columns)d columns; at most %(limit)d are read. Delete the "
        "columns that are not needed."
    ),
    Kind.AMBIGUOUS_COLUMN: gettext_noop(
        "More than one column could be “%(column)s”: %(headers)s. Say which one is meant."
    ),
    Kind.REPEATED_COLUMN: gettext_noop(
        "Two columns have the same heading, “%(header)s”. Rename the one that is not meant."
    ),
    Kind.NO_ROWS: gettext_noop("There is no row below the headings (row %(row)d)."),
    Kind.WRONG_NUMBER_OF_CELLS: gettext_noop(
        "The row (lines %(line)d to %(last_line)d) has %(cells)d cells, the header %(expected)d."
    ),
    Kind.REPEATED_HEADER: gettext_noop("The row repeats the header."),
    Kind.NUL_BYTE: gettext_noop("“%(header)s” contains a NUL character (line %(line)d)."),
    Kind.CELL_TOO_LONG: gettext_noop(
        "“%(column)s” has %(length)d characters; at most %(limit)d are accepted."
    ),
    Kind.MISSING_EMAIL: gettext_noop("There is no e-mail address."),
    Kind.INVALID_EMAIL: gettext_noop("“%(text)s” is not an e-mail address."),
    Kind.MISSING_NAME: gettext_noop("There is no name in English."),
    Kind.NOT_ELIGIBLE_STATUS: gettext_noop(
        "“%(text)s” is neither a current student nor a graduate."
    ),
    Kind.INVALID_MONTH: gettext_noop(
        "“%(text)s” is not a month of completion. Write it as 2023-05."
    ),
    Kind.HONOUR_CODE_NOT_ACCEPTED: gettext_noop("The honour code is not accepted."),
    Kind.PRIVACY_NOTICE_NOT_ACCEPTED: gettext_noop("The privacy notice is not accepted."),
    Kind.DUPLICATE_EMAIL: gettext_noop(
        "%(email)s has already applied in row %(first_row)d; that row is kept."
    ),
    Kind.EMPTY_CELL: gettext_noop("“%(column)s” is empty."),
    Kind.NAME_IN_GIVEN_COLUMN: gettext_noop(
        "The surname is empty; “%(text)s” is taken as the person’s single name."
    ),
    Kind.UNREADABLE_PHONE: gettext_noop("“%(text)s” is not a telephone number and is left out."),
    Kind.INVALID_RATING: gettext_noop("“%(text)s” is not a rating from 0 to 5 and is left out."),
    Kind.UNKNOWN_STATUS: gettext_noop(
        "“%(text)s” does not say whether this is a student or a graduate; staff look at it."
    ),
    Kind.UNKNOWN_LEVEL: gettext_noop("“%(text)s” is not a level we know; “other” is taken."),
    Kind.UNKNOWN_TRACK: gettext_noop("“%(text)s” is not a track we know; “undecided” is taken."),
    Kind.UNKNOWN_LANGUAGE: gettext_noop("“%(text)s” is not a language we offer; English is taken."),
    Kind.LONG_ANSWER: gettext_noop(
        "“%(column)s” has %(words)d words, more than the %(limit)d of the form; it is kept whole."
    ),
    Kind.UNREADABLE_DAY: gettext_noop("“%(text)s” is not a day and is left out."),
    Kind.UNREADABLE_TIME: gettext_noop("“%(text)s” is not a time and is left out."),
}

_SHOWN = 80


def shorten(text: str) -> str:
    """Cut a quoted text to what a message can show."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found wrong: the kind, and the facts that its message names."""

    kind: Kind
    params: Params = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The message in English."""
        return MESSAGES[self.kind] % self.params


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row, or the file, is left out.

    `row` is the row number as a spreadsheet shows it: the header is row 1 and a cell of several
    lines is one cell; 0 is the file as a whole. One row has one `RowFault`; what else is wrong
    with it is in `further`, so that a person can mend the row at one go.
    """

    row: int
    finding: Finding
    further: tuple[Finding, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of the first fault: the row is counted under it."""
        return self.finding.kind

    @property
    def params(self) -> Params:
        """The facts that the message of the first fault names."""
        return self.finding.params

    @property
    def message(self) -> str:
        """The messages of all the faults, in English."""
        return " ".join(finding.message for finding in (self.finding, *self.further))


class UnreadableFile(Exception):
    """The file cannot be read as a table of applications; `fault` says where and why."""

    def __init__(self, row: int, finding: Finding, *further: Finding) -> None:
        self.fault = RowFault(row, finding, further)
        super().__init__(self.fault.message)
