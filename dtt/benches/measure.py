"""One figure and what it should be."""

import json
import operator
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure and what it should be.

    Attributes:
        value: in `unit`.
        goal: the bound as people write it: `< 60` or `>= 0.5`.
    """

    name: str
    value: float
    unit: str
    goal: str

    @property
    def met(self) -> bool:
        sign, bound = self.goal.split()
        compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]
        return bool(compare(self.value, float(bound)))

    def line(self) -> str:
        """For people."""
        verdict = "met" if self.met else "MISSED"
        return f"{self.name:<34}{self.value:>12.3f} {self.unit:<8} goal {self.goal:<10}{verdict}"

    def as_json(self) -> str:
        """For programs: name, value, unit, goal, met."""
        return json.dumps(asdict(self) | {"met": self.met})
