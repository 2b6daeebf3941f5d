"""Is a consent given? Only where it is said in so many words; in doubt it is not. Pure.

A form exports a ticked box as Yes, TRUE, a tick, or the words that stand beside it, in one language
or in two. A refusal often begins as a consent does ("I have read it but do not agree"), so what
denies is looked for first, anywhere in the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from applications.wording import fold, says_any

_ACCEPTED: Final = frozenset(
    (
        *("yes", "y", "true", "1", "ok", "okay", "agree", "agreed", "accept", "accepted"),
        *("checked", "ticked", "on", "confirm", "confirmed", "acknowledged", "read", "sure"),
        *(
            "of course",
            "certainly",
            "definitely",
            "i do",
            "read and agreed",
            "yes i do",
            "yes i have",
            "yes i will",
        ),
        *("read and accepted", "read and understood", "yes please"),
        *("是", "是的", "有", "好", "好的", "可以", "確認", "明白", "明白並同意", "願意", "知悉"),
    )
)
_WHO: Final = "我們?|本人|申請人"
_WELL: Final = "已經?|均|亦|都|完全|細心|仔細|清楚|明確|並|及|和|也|謹此|特此|在此|現|願意?"
_ACCEPTS_ZH: Final = re.compile(
    rf"(?:是的?|好的?)?\s*(?:{_WHO})?\s*(?:{_WELL})*"
    r"(?:同意|接受|閱讀|細閱|閱畢|閲讀|細閲|閱|讀|確認|承諾|明白|知悉|了解|遵守)"
)
_ADVERB: Final = r"(?:hereby|fully|do|also|have|ve|now|both|carefully|duly|will|shall|certainly) "
_ACCEPTS_EN: Final = re.compile(
    rf"(?:yes )?(?:i|we) ?(?:{_ADVERB})*"
    r"(?:agree|agreed|accept|accepted|read|confirm|confirmed|consent|acknowledge|acknowledged|"
    r"certify|declare|undertake|promise|understand and (?:agree|accept))(?: |$)"
    r"|(?:yes )?(?:agree|agreed|accept|accepted)(?: |$)"
    r"|(?:yes )?ive (?:carefully )?read(?: |$)"
)
# What one promises not to do is no refusal: "… and shall not share the questions".
_UNDERTAKING: Final = re.compile(
    r"(?:(?:shall|will|to|must|may|should|and|or) not (?:be )?|not to )"
    r"(?:share|sharing|copy|cheat|plagiari[sz]e|"
    r"disclose|discuss|distribute|publish|reproduce|pass|seek|receive|give|use|leak|reveal|post|"
    r"record|collude|impersonate|help|ask)\b"
    r"|(?:不會|不得|不可|絕不|不應|不能|不)(?:抄襲|作弊|分享|洩漏|洩露|泄露|泄漏|公開|協助|外傳|轉發|"
    r"剽竊|披露|討論)"
)
_DENYING: Final = (
    *("not", "no", "nothing", "none", "never", "neither", "nor", "cannot", "without reading"),
    *("dont", "don t", "cant", "can t", "wont", "won t", "havent", "haven t", "didnt", "didn t"),
    *("doesnt", "isnt", "isn t", "arent", "wouldnt", "wouldn t", "shouldnt", "couldnt", "hasnt"),
    *("refuse", "refused", "refuses", "refusing", "decline", "declined", "declines", "disagree"),
    *("disagreed", "reject", "rejected", "rejects", "object", "objection", "unable", "unwilling"),
    *("unread", "withdraw", "withhold", "oppose", "opposed", "against", "hardly", "barely"),
    *("false", "n", "unchecked", "unticked", "off", "opt out", "opted out"),
    *("maybe", "perhaps", "unsure", "partly", "partially", "might", "later", "pending"),
    *("undecided", "in part", "some", "half", "conditionally", "subject to", "provided", "nope"),
    *("except", "unless", "if", "but", "however", "although", "though", "only", "some of"),
    *("不", "沒", "未", "拒", "否", "無法", "無意", "並非", "毋", "勿", "唔", "冇"),
    *("反對", "反对", "无法", "无意"),
    *("但", "惟", "除非", "除了", "如果", "部分", "部份", "也許", "或許", "可能", "考慮", "稍後"),
)  # fmt: skip
_TICKS: Final = frozenset("✓✔☑✅√🗸🗹")
_CROSSES: Final = frozenset("☐□☒✗✘✕✖❌❎×🚫⬜▢○")
_VARIATION: Final = dict.fromkeys(map(ord, "\ufe0e\ufe0f"), None)
_TRADITIONAL: Final = str.maketrans("没绝", "沒絕")
_PARTS: Final = re.compile(r"[/|｜／\n\r()（）\[\]【】,，;；.。、!！:：]|\s[-–—]\s")
_SCRIPTS: Final = re.compile(r"(?<=[^\x00-\x7f]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[^\x00-\x7f])")


@lru_cache(maxsize=1024)
def says_yes(text: str) -> bool:
    """Tell whether a consent is given in so many words; anything in doubt is not consent.

    A cell in two languages is a consent where each of them is.
    """
    plain = text.translate(_VARIATION).strip()
    if _CROSSES.intersection(plain):
        return False
    folded = _UNDERTAKING.sub(" ", fold(plain).translate(_TRADITIONAL))
    if says_any(folded, _DENYING):
        return False
    if plain and _TICKS.issuperset(plain.replace(" ", "")):
        return True
    if _accepts(folded):
        return True
    parts = [half for part in _PARTS.split(plain) for half in _SCRIPTS.split(fold(part)) if half]
    return bool(parts) and all(map(_accepts, parts))


def _accepts(folded: str) -> bool:
    return (
        folded in _ACCEPTED
        or _ACCEPTS_EN.match(folded) is not None
        or _ACCEPTS_ZH.match(folded) is not None
    )
