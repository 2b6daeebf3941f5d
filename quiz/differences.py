"""What has changed between two texts, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# A Chinese character is a word of its own here; so is every sign.
WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
MAX_WORDS = 3000  # of both texts: longer ones are shown as a whole, the old and the new


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words: `same`, `gone` or `new`."""

    state: str
    text: str


def differences(old: str, new: str) -> list[Part]:
    """Return the parts in reading order; what is gone stands before what has come for it."""
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) + len(after) > MAX_WORDS:
        return [Part(state, text) for state, text in (("gone", old), ("new", new)) if text]
    parts: list[Part] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Part("same", "".join(before[i:j])))
            continue
        parts += [Part("gone", "".join(before[i:j]))] if j > i else []
        parts += [Part("new", "".join(after[k:m]))] if m > k else []
    return parts
