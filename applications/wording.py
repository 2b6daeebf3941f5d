"""Fold a written phrase to the form in which two spellings of it compare equal. Pure.

Folding is for comparing alone: what a person wrote is stored as written.
"""

from __future__ import annotations

import re
import unicodedata

# Simplified forms of the characters that occur in the phrases we look for, and no others:
# a full conversion between the scripts is not one-to-one and is not needed to compare.
_SIMPLIFIED = (
    "学岭树业专职训练开图书馆东华连续进设计术会员电邮机课语话诚荣誉规则诺资隐声阅读认识"
    "经历级别现况届为么机动报参视觉数据习简体汉决项选择获从讯时间记传号码预实际结题范围单应随发"
    "联络荐网广门谁圣济毕个称状构硕粤凭确里艺伦贡这"
)
_TRADITIONAL = (
    "學嶺樹業專職訓練開圖書館東華連續進設計術會員電郵機課語話誠榮譽規則諾資隱聲閱讀認識"
    "經歷級別現況屆為麼機動報參視覺數據習簡體漢決項選擇獲從訊時間記傳號碼預實際結題範圍單應隨發"
    "聯絡薦網廣門誰聖濟畢個稱狀構碩粵憑確裡藝倫貢這"
)
_TO_TRADITIONAL = str.maketrans(_SIMPLIFIED, _TRADITIONAL)

_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_SCRIPTS = re.compile(rf"(?<=[{_HAN}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[{_HAN}])")
_HAN_IN_A_WORD = 2
_APOSTROPHE = re.compile("['’‘`]")
_NOT_A_WORD = re.compile(r"[\W_]+")
_CHINESE = re.compile(rf"[{_HAN}]")


# At most so many are asked for where the form asks why; two Chinese characters are a word.
MOTIVATION_WORDS = 150


def count_words(text: str) -> int:
    """Words as a person counts them; two Chinese characters, which need no spaces, are a word."""
    characters = len(_CHINESE.findall(text))
    return len(_CHINESE.sub(" ", text).split()) + -(-characters // _HAN_IN_A_WORD)


def fold(text: str) -> str:
    """Return the words of `text`: lower case, full forms of letters, no punctuation, one space.

    Simplified characters become traditional, and a space parts Chinese from Latin writing:
    `fold("电邮Email-Address:")` is `"電郵 email address"`.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TO_TRADITIONAL)
    words = _NOT_A_WORD.sub(" ", _APOSTROPHE.sub("", plain))
    return _BETWEEN_SCRIPTS.sub(" ", words).strip()


def says(folded: str, phrase: str) -> bool:
    """Tell whether a folded text contains a folded phrase: whole words in Latin writing.

    Chinese is written without spaces, so a Chinese phrase is looked for anywhere.
    """
    if _CHINESE.search(phrase):
        return phrase in folded
    return f" {phrase} " in f" {folded} "


def says_any(folded: str, phrases: tuple[str, ...]) -> bool:
    """Tell whether a folded text contains one of several folded phrases."""
    return any(says(folded, phrase) for phrase in phrases)
