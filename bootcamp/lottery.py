"""Lottery numbers: reproducible chance that depends on nothing but a seed and what is drawn."""

from hashlib import sha256


def lottery_number(seed: int, *keys: int) -> int:
    """Return a uniform 64-bit number for the keys.

    A hash, not a generator: each number is independent of how many others are drawn and in which
    order, and is the same on every platform and Python version.
    """
    text = ":".join(map(str, (seed, *keys)))
    return int.from_bytes(sha256(text.encode()).digest()[:8])
