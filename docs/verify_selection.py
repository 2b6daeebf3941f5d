"""Check a published list without the program that drew it up. Python's standard library only.

    python verify_selection.py spring-bootcamp-1.json

Prints MATCH, or the first difference and ends with status 1. docs/ranking.md says what it checks.
"""

import hashlib
import json
import sys
from collections import Counter
from decimal import Context, Decimal, Inexact, localcontext


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def spell(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digits(number):
    text = format(number, "f") if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decide(rule, seed):
    names = [name for name, _weight in rule["criteria"]]
    breakers = [names.index(name) for name in rule["tie_breakers"]]
    people, unranked = [], []
    for key, texts in rule["candidates"]:
        if None in texts:
            unranked.append(key)
            continue
        scores = [Decimal(text) for text in texts]
        total = sum(Decimal(w) * s for (_name, w), s in zip(rule["criteria"], scores, strict=True))
        standing = (-total, *(-scores[column] for column in breakers))
        people.append((standing, sha(f"{seed}:{key}"), key))
    people.sort()
    moved = {key: way for key, way, _why in rule.get("overrides", [])}
    field = [standing for standing, _lot, key in people if moved.get(key) != "out"]
    end = min(rule["places"], len(field))
    cut = field[end - 1] if end else None
    first, last = (field.index(cut), field.index(cut) + field.count(cut)) if end else (0, 0)
    tied, ties = (last - first, "drawn") if last > end else (0, "none")
    if tied and rule["tie_policy"] == "take_all_then_draw" and last <= rule["cap"]:
        end, ties = last, "taken_all"
    shared = Counter(standing for standing, _lot, _key in people)
    rows, seats, reserves, seen, ranks = [], 0, 0, 0, {}
    for place, (standing, lot, key) in enumerate(people, start=1):
        seen += moved.get(key) != "out"
        above = seen <= end and moved.get(key) != "out"
        selected = above or moved.get(key) == "in"
        waits = not selected and key not in moved and reserves < rule["reserves"]
        seats, reserves = seats + selected, reserves + waits
        outcome = "selected" if selected else "reserve" if waits else "not-selected"
        lot = lot if shared[standing] > 1 else ""
        rank, score = ranks.setdefault(standing, place), digits(-standing[0])
        rows.append((key, place, rank, score, lot, outcome, reserves if waits else None))
    rows += [(key, None, None, None, "", "not-ranked", None) for key in sorted(unranked)]
    fields = ("key", "position", "rank", "score", "lottery", "outcome", "reserve_position")
    return {
        "decisions": [dict(zip(fields, row, strict=True)) for row in rows],
        "seats": seats,
        "cut_score": digits(-field[end - 1][0]) if end else None,
        "ties": ties,
        "tied": tied,
    }


def check(run):
    if sha(spell(run["inputs"])) != run["input_digest"]:
        return "the inputs are not those of the digest"
    if sha(run["seed"]) != run["inputs"]["commitment"]:
        return "the seed is not the one that was committed"
    mine, theirs = decide(run["inputs"], run["seed"]), run["result"]
    for here, there in zip(mine["decisions"], theirs["decisions"], strict=False):
        if here != there:
            return f"computed {here}, published {there}"
    if mine != theirs:
        return "the line or the number of people differs"
    return "" if sha(spell(mine)) == run["result_digest"] else "the digest of the result differs"


if __name__ == "__main__":
    with localcontext(Context(prec=100, traps=[Inexact])), open(sys.argv[1], "rb") as file:
        difference = check(json.load(file))
    print(f"DIFFERENT: {difference}" if difference else "MATCH")
    sys.exit(bool(difference))
