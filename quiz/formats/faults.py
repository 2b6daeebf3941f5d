"""What can be wrong with a question of any format, in words that say what to do. Pure."""

from typing import Any

from quiz.formats.drafts import Fault

REASONS = {
    "encoding": "This file is not UTF-8. Save it as UTF-8 and import it again.",
    "bytes": "This line is not UTF-8. Save the file as UTF-8 and import it again.",
    "nul": "This line holds a NUL character. Remove it.",
    "too_long": "The file has more than %(most)d questions. Split it into several files.",
    "too_large": "The file has more than %(most)d MB. Split it into several files.",
    "stem": "This question has no text.",
    "few": "This question needs at least two answers.",
    "blank": "This answer is blank.",
    "weight": "“%(weight)s” is not a percentage. Write it like 50 or -33.33333.",
    "weight_refused": "Moodle refuses the weight %(weight)s%%. The nearest is %(nearest)s%%.",
    "weight_negative": "A typed answer cannot cost marks: %(weight)s%%. The least is 0%%.",
    "no_right_answer": "No answer gets full marks. Give one of them 100%%.",
    "weight_total": "The right choices add up to %(total)s%%, not to 100%%.",
    "truth": "A true/false question needs “true” or “false” as its right answer.",
    "number": "“%(number)s” is not a number. Write it like 3.14, 3.14:0.01 or 3.13..3.15.",
    "range": "The range %(low)s..%(high)s ends before it begins.",
    "tolerance": "A tolerance cannot be negative: %(tolerance)s.",
    "no_number": "This question expects a number and gives none.",
    "unit": "The unit “%(unit)s” needs a size greater than 0, like km=1000.",
    "unit_twice": "The unit “%(unit)s” is given twice.",
    "condition": (
        "Marks are given here by a condition that is not supported (%(name)s). Use equal, match, or"
        " gte and lte together."
    ),
    "pair_answer": "This row of a matching question has nothing to choose.",
    "pair_question": "No row of this matching question asks anything.",
    "identifier": "The identifier “%(identifier)s” is used by the question in line %(first)d.",
    "identifier_in": (
        "The identifier “%(identifier)s” is used by the question in line %(first)d of %(other)s."
    ),
    "kind": "“%(kind)s” is not supported. Supported are: %(supported)s.",
    "image_missing": "The image “%(name)s” is named in the text and is not in the file.",
    "image_unused": "The file “%(name)s” is not shown in its text. Take it out or refer to it.",
    "image_kind": "“%(name)s” is not a PNG, JPEG, GIF or WebP image.",
    "image_broken": "The image “%(name)s” is damaged: its Base64 cannot be read.",
    "xml": "The file is not well-formed XML from here on: %(what)s.",
    "xml_doctype": "The file declares a document type (<!DOCTYPE …>). Remove the declaration.",
    "xml_entity": (
        "An entity that XML does not know is used here. Write the character itself, or its number"
        " like &#160;."
    ),
    "xml_deep": "Elements stand more than %(most)d deep in each other here.",
    "xml_many": "The file has more than %(most)d elements. Split it into several files.",
    "xml_root": "This is not the XML of the chosen format: it begins with <%(root)s>.",
}


class Refused(Exception):
    """A question that cannot be imported, with every reason that was found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(found.message for found in faults))
        self.faults = faults


def fault(code: str, line: int, **params: Any) -> Fault:
    return Fault(line, code, REASONS[code], params)
