"""What can be wrong with a question of any format, in words that say what to do. Pure."""

from typing import Any

from quiz.formats.drafts import Fault
from quiz.marked_words import gettext_noop

MAX_ITEMS = 5000  # questions of a file: nobody looks through more before confirming them
REASONS = {
    "encoding": gettext_noop("This file is not UTF-8. Save it as UTF-8 and import it again."),
    "bytes": gettext_noop("This line is not UTF-8. Save the file as UTF-8 and import it again."),
    "nul": gettext_noop("This line holds a NUL character. Remove it."),
    "too_long": gettext_noop(
        "The file has more than %(most)d questions. Split it into several files."
    ),
    "too_large": gettext_noop("The file has more than %(most)d MB. Split it into several files."),
    "none": gettext_noop("No question was found in this file."),
    "stem": gettext_noop("This question has no text."),
    "few": gettext_noop("This question needs at least two answers."),
    "blank": gettext_noop("This answer is blank."),
    "weight": gettext_noop("“%(weight)s” is not a percentage. Write it like 50 or -33.33333."),
    "weight_refused": gettext_noop(
        "Moodle refuses the weight %(weight)s%%. The nearest is %(nearest)s%%."
    ),
    "weight_negative": gettext_noop(
        "A typed answer cannot cost marks: %(weight)s%%. The least is 0%%."
    ),
    "no_right_answer": gettext_noop("No answer gets full marks. Give one of them 100%%."),
    "weight_total": gettext_noop("The right choices add up to %(total)s%%, not to 100%%."),
    "truth": gettext_noop("A true/false question needs “true” or “false” as its right answer."),
    "number": gettext_noop(
        "“%(number)s” is not a number. Write it like 3.14, 3.14:0.01 or 3.13..3.15."
    ),
    "range": gettext_noop("The range %(low)s..%(high)s ends before it begins."),
    "tolerance": gettext_noop("A tolerance cannot be negative: %(tolerance)s."),
    "no_number": gettext_noop("This question expects a number and gives none."),
    "unit": gettext_noop("The unit “%(unit)s” needs a size greater than 0, like km=1000."),
    "unit_twice": gettext_noop("The unit “%(unit)s” is given twice."),
    "condition": (
        gettext_noop(
            "Marks are given here by a condition that is not supported (%(name)s). Use"
            " equal, match, or"
            " gte and lte together."
        )
    ),
    "pair_answer": gettext_noop("This row of a matching question has nothing to choose."),
    "pair_question": gettext_noop("No row of this matching question asks anything."),
    "identifier": gettext_noop(
        "The identifier “%(identifier)s” is used by the question in line %(first)d."
    ),
    "identifier_in": (
        gettext_noop(
            "The identifier “%(identifier)s” is used by the question in line %(first)d of"
            " %(other)s."
        )
    ),
    "kind": gettext_noop("“%(kind)s” is not supported. Supported are: %(supported)s."),
    "image_missing": gettext_noop(
        "The image “%(name)s” is named in the text and is not in the file."
    ),
    "image_unused": gettext_noop(
        "The file “%(name)s” is not shown in its text. Take it out or refer to it."
    ),
    "image_kind": gettext_noop("“%(name)s” is not a PNG, JPEG, GIF or WebP image."),
    "image_broken": gettext_noop("The image “%(name)s” is damaged: its Base64 cannot be read."),
    "xml": gettext_noop("The file is not well-formed XML from here on: %(what)s."),
    "xml_doctype": gettext_noop(
        "The file declares a document type (<!DOCTYPE …>). Remove the declaration."
    ),
    "xml_entity": (
        gettext_noop(
            "An entity that XML does not know is used here. Write the character itself, or"
            " its number"
            " like &#160;."
        )
    ),
    "xml_deep": gettext_noop("Elements stand more than %(most)d deep in each other here."),
    "xml_many": gettext_noop(
        "The file has more than %(most)d elements. Split it into several files."
    ),
    "xml_root": gettext_noop(
        "This is not the XML of the chosen format: it begins with <%(root)s>."
    ),
}


class Refused(Exception):
    """A question that cannot be imported, with every reason that was found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(found.message for found in faults))
        self.faults = faults


def fault(code: str, line: int, **params: Any) -> Fault:
    return Fault(line, code, REASONS[code], params)


def too_many(line: int) -> Fault:
    """The file goes on here beyond what is read of one."""
    return fault("too_long", line, most=MAX_ITEMS)
