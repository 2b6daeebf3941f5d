"""Selection draws every list by the two tables; no other part of it names a list or a stage."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from applications.lifecycle import MOVES, STEPS, Move
from applications.models import Stage

ROOM = settings.BASE_DIR / "selection"
TABLE = ROOM / "programme.py"
PAGES = [settings.BASE_DIR / "templates" / part for part in ("selection", "admin/selection")]
WORDS = re.compile(r"quiz|bootcamp|project|finalist|judge|interview|place-[a-z]+|final-")


def moves_of_lists() -> set[Move]:
    """The moves that the table of lists names, of every list."""
    found = set()
    for way in STEPS.values():
        found |= {way.select, way.reserve, way.reject, way.uphold}
        if way.reply:
            found |= {way.reply.confirm, way.reply.decline, way.reply.lapse}
            found |= {way.reply.undo, way.reply.back}
    return found


def stages_of_lists() -> set[Stage]:
    return {way.pool for way in STEPS.values()} | {MOVES[move][1] for move in moves_of_lists()}


NAMES = {f"Move.{move.name}" for move in moves_of_lists()} | {
    f"Stage.{stage.name}" for stage in stages_of_lists()
}


def named(tree: ast.AST) -> Iterator[str]:
    """What code names: attributes like `Stage.RESERVE`, and texts that are not docstrings."""
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            if name in NAMES:
                yield name
        elif isinstance(node, ast.Constant) and id(node) not in prose:
            yield from WORDS.findall(str(node.value))


def code() -> list[Path]:
    found = (path for path in sorted(ROOM.rglob("*.py")) if "migrations" not in path.parts)
    return [path for path in found if path != TABLE]


@pytest.mark.parametrize("path", code(), ids=lambda path: str(path.relative_to(ROOM)))
def test_code_names_no_list(path: Path) -> None:
    assert list(named(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "path",
    [path for folder in PAGES for path in sorted(folder.glob("*.html"))],
    ids=lambda path: path.name,
)
def test_pages_name_no_list(path: Path) -> None:
    assert WORDS.findall(path.read_text(encoding="utf-8").lower()) == []


def test_the_table_would_be_found_out() -> None:
    assert {"bootcamp", "quiz", "finalist"} <= set(named(ast.parse(TABLE.read_text("utf-8"))))
