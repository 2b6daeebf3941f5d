"""What `manage.py verify KIND RUN` can recompute: every app registers its own kinds of run."""

from collections.abc import Callable
from dataclasses import dataclass


class UnknownRun(LookupError):
    """There is no such run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run comes out the same again.

    Attributes:
        difference: the first one, in words; nothing if there is none.
        note: what to write down where the house cannot change it.
    """

    difference: str = ""
    note: str = ""

    @property
    def matches(self) -> bool:
        return not self.difference


Verifier = Callable[[str], Verdict]
"""From what was typed for RUN to the verdict; raises UnknownRun."""

_verifiers: dict[str, Verifier] = {}


def register(kind: str, verify: Verifier) -> None:
    """Let `manage.py verify` recompute runs of this kind."""
    _verifiers[kind] = verify


def kinds() -> list[str]:
    """The kinds that can be verified, in order."""
    return sorted(_verifiers)


def verify(kind: str, run: str) -> Verdict:
    """Recompute one run.

    Raises:
        UnknownRun: no such kind, or no such run of it.
    """
    if kind not in _verifiers:
        raise UnknownRun(f"no kind of run named {kind!r}; known: {', '.join(kinds())}")
    return _verifiers[kind](run)
