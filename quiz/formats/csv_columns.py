"""The columns of a table of questions, by their words in English or Chinese. Pure.

A heading is a word, a number where there are several of its kind, and a language where the text
depends on it: `choice 2 (zh-hant)`, `選項 2（英文）`. Without a language it is that of the file.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MOST = 50  # answers of one question


class Field(StrEnum):
    CODE = "code"
    KIND = "kind"
    TOPIC = "topic"
    DIFFICULTY = "difficulty"
    TITLE = "title"
    TAGS = "tags"
    FORMAT = "format"
    QUESTION = "question"
    RIGHT = "right"
    CAPITALS = "capitals"
    UNITS = "units"
    EXPLANATION = "explanation"
    CHOICE = "choice"
    SHARE = "share"
    MATCH = "match"
    FEEDBACK = "feedback"


WORDS = {
    Field.CODE: ("code", "id", "identifier", "編號", "代碼"),
    Field.KIND: ("kind", "type", "question type", "題型", "類型"),
    Field.TOPIC: ("topic", "category", "subject", "課題", "主題", "範疇"),
    Field.DIFFICULTY: ("difficulty", "level", "難度", "程度"),
    Field.TITLE: ("title", "name", "標題", "名稱"),
    Field.TAGS: ("tags", "標籤"),
    Field.FORMAT: ("format", "text format", "格式"),
    Field.QUESTION: ("question", "stem", "question text", "題目", "問題"),
    Field.RIGHT: ("right", "correct", "right answer", "correct answer", "正確答案", "答案"),
    Field.CAPITALS: ("capitals", "capitals matter", "case sensitive", "區分大小寫"),
    Field.UNITS: ("units", "unit", "單位"),
    Field.EXPLANATION: ("explanation", "general feedback", "解說", "解釋"),
    Field.CHOICE: ("choice", "option", "answer", "選項", "選擇"),
    Field.SHARE: ("share", "percent", "%", "fraction", "weight", "佔分", "百分比"),
    Field.MATCH: ("match", "matches", "配對"),
    Field.FEEDBACK: ("feedback", "comment", "回饋", "評語"),
}
LANGUAGES = {
    "en": "en",
    "english": "en",
    "英文": "en",
    "英": "en",
    "zh": "zh-hant",
    "zh-hant": "zh-hant",
    "zh-hk": "zh-hant",
    "zh-tw": "zh-hant",
    "chinese": "zh-hant",
    "traditional chinese": "zh-hant",
    "中文": "zh-hant",
    "繁體中文": "zh-hant",
    "繁中": "zh-hant",
    "繁": "zh-hant",
    "中": "zh-hant",
}
NUMBERED = frozenset({Field.CHOICE, Field.SHARE, Field.MATCH, Field.FEEDBACK})
SAID = frozenset(
    {Field.QUESTION, Field.EXPLANATION, Field.CHOICE, Field.MATCH, Field.FEEDBACK, Field.TITLE}
)
HEADING = re.compile(r"(?P<word>.*?)\s*(?P<number>[0-9]{1,3}|(?<= )[a-z])?\s*(\((?P<in>[^()]*)\))?")
_FIELDS = {word: field for field, words in WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: `number` counts from 1 and is 0 where there is one; `language` may be
    that of the file (""), in which case the texts are in the language of the import."""

    field: Field
    number: int = 0
    language: str = ""


def column_of(heading: str) -> Column | None:
    """Return what the heading says, or None if no word of ours is in it."""
    plain = unicodedata.normalize("NFKC", heading).replace("_", " ")
    said = HEADING.fullmatch(" ".join(plain.casefold().split()))
    if said is None:
        return None
    field, number = _FIELDS.get(said["word"]), said["number"]
    language = LANGUAGES.get(said["in"].strip(), "?") if said["in"] else ""
    if field is None or language == "?" or bool(number) != (field in NUMBERED):
        return None
    place = 0
    if number:
        place = int(number) if number.isdigit() else ord(number) - ord("a") + 1
        if not 1 <= place <= MOST:
            return None
    return Column(field, place, language if field in SAID else "")


def heading_of(column: Column) -> str:
    """The heading that we write."""
    number = f" {column.number}" if column.number else ""
    return f"{column.field}{number}" + (f" ({column.language})" if column.language else "")
