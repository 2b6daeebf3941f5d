"""What can be wrong with a table of items, besides what can be wrong with any file."""

from quiz.formats.drafts import Fault
from quiz.marked_words import gettext_noop

REASONS = {
    "empty": gettext_noop("The file is empty."),
    "unreadable": (
        gettext_noop(
            "The file can be read neither as UTF-8 nor as UTF-16 or Big5 from this line on. Save it"
            " as “CSV UTF-8”."
        )
    ),
    "quote": (
        gettext_noop(
            'A quotation mark opens or closes a cell where none can. Write "" for one in a text,'
            " and close each cell."
        )
    ),
    "header": (
        gettext_noop(
            "No row of headings was found. The first row names the columns; one of them is"
            " “question”."
        )
    ),
    "heading": gettext_noop(
        "“%(heading)s” is none of our headings. Rename the column or take it out."
    ),
    "heading_twice": gettext_noop("“%(heading)s” says the same as a column before it."),
    "language": gettext_noop(
        "No column has the question in the chosen language. Choose the other language."
    ),
    "unheaded": gettext_noop(
        "Column %(number)d has a cell here and no heading. Give it one, or clear the column."
    ),
    "cells": gettext_noop("This row has more cells than there are headings."),
    "kind_missing": gettext_noop(
        "The kind of this question cannot be told. Add it in the column “kind”."
    ),
    "difficulty": gettext_noop("“%(level)s” is no difficulty. Write easy, medium or hard."),
    "format": gettext_noop("“%(format)s” is no format. Write markdown, html, moodle or plain."),
    "right": gettext_noop(
        "“%(right)s” names no choice of this question. Write its letter, like b or a, c."
    ),
    "right_and_share": gettext_noop("Name the right choices or give each its share, not both."),
    "capitals": gettext_noop("“%(word)s” does not say whether capitals matter. Write yes or no."),
    "gap": gettext_noop("Choice %(number)d is blank, and there is another one after it."),
    "translation": gettext_noop(
        "The Chinese question is missing, but other Chinese texts are there."
    ),
}


def csv_fault(code: str, line: int, **params: object) -> Fault:
    return Fault(line, code, REASONS[code], params)
