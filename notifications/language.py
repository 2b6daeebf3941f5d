"""The small language of letters. Pure: text in, a checked letter out.

A letter has variables, conditions and lists, and nothing else: it cannot load, include or run
anything, nor reach a value that its kind does not declare.

    {{ name }}  {{ cohort.match_at|instant }}
    {% if band %}…{% elif not missing %}…{% else %}…{% endif %}
    {% for day in days %}…{% endfor %}

A value that is missing and may be leaves no gap: neither "None" nor a second space.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 20_000
MAX_DEPTH = 8
GAP = "\u2063"
TOKEN = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
NAME = r"[a-z][a-z0-9_]*"
PATH = rf"{NAME}(?:\.{NAME})*"
VARIABLE = re.compile(rf"\{{\{{\s*({PATH})\s*(?:\|\s*({NAME})\s*)?\}}\}}")
CONDITION = re.compile(rf"(not\s+)?({PATH})")
LOOP = re.compile(rf"for\s+({NAME})\s+in\s+({PATH})")
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
GAPS = re.compile(rf"( *){GAP}[{GAP} ]*")
BEFORE_A_MARK = re.compile(r"[,.;:!?)\n]|$")

Filters = Mapping[str, Callable[[Any], str]]


class NotALetter(ValueError):
    """The text is not of the language, or names what its kind does not have.

    Attributes:
        code: what is wrong, for the edge to put into words.
        detail: the part of the text that is wrong.
        line: where, from 1.
    """

    def __init__(self, code: str, detail: str, line: int) -> None:
        super().__init__(f"line {line}: {code}: {detail}")
        self.code, self.detail, self.line = code, detail, line


class MissingVariable(KeyError):
    """A text needs a variable that the fact does not carry."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`{{ path|filter }}`."""

    path: tuple[str, ...]
    filter: str
    line: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose condition holds; an `else` has no path."""

    branches: tuple[tuple[bool, tuple[str, ...], "Nodes"], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Loop:
    """The body once for each value of a list."""

    name: str
    path: tuple[str, ...]
    body: "Nodes"
    line: int


Node = str | Variable | Choice | Loop
Nodes = tuple[Node, ...]


def parse(text: str) -> Nodes:
    """Read a letter.

    Raises:
        NotALetter: a tag that the language does not have, one that is never closed, too long.
    """
    if len(text) > MAX_LENGTH:
        raise NotALetter("too-long", str(MAX_LENGTH), 1)
    nodes, _end = _Reader(text).block((), depth=0)
    return nodes


class _Reader:
    """Takes the tokens of a text one by one."""

    def __init__(self, text: str) -> None:
        self.tokens = [part for part in TOKEN.split(text) if part]
        self.at = 0
        self.line = 1

    def block(self, ends: Sequence[str], *, depth: int) -> tuple[Nodes, str]:
        """Read until one of these tags; return what was read and the tag's words."""
        nodes: list[Node] = []
        opened = self.line
        if depth > MAX_DEPTH:
            raise NotALetter("too-deep", str(MAX_DEPTH), self.line)
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            line, self.line = self.line, self.line + token.count("\n")
            if token.startswith("{%") and token.endswith("%}"):
                words = " ".join(token[2:-2].split())
                if words.split(" ", 1)[0] in ends:
                    return tuple(nodes), words
                nodes.append(self._tag(words, line, depth))
            elif token.startswith("{{") and token.endswith("}}"):
                nodes.append(_variable(token, line))
            elif BRACES.search(token):
                raise NotALetter("unknown-tag", token.strip()[:40], line)
            else:
                nodes.append(token)
        if ends:
            raise NotALetter("never-closed", ends[-1], opened)
        return tuple(nodes), ""

    def _tag(self, words: str, line: int, depth: int) -> Node:
        if loop := LOOP.fullmatch(words):
            body, _end = self.block(("endfor",), depth=depth + 1)
            return Loop(loop[1], _path(loop[2]), body, line)
        name, _, rest = words.partition(" ")
        if name != "if":
            raise NotALetter("unknown-tag", words[:40], line)
        branches = []
        while True:
            negated, path = _condition(rest, line)
            body, end = self.block(("elif", "else", "endif"), depth=depth + 1)
            branches.append((negated, path, body))
            name, _, rest = end.partition(" ")
            if name == "else":
                body, _end = self.block(("endif",), depth=depth + 1)
                branches.append((False, (), body))
            if name != "elif":
                return Choice(tuple(branches), line)


def _variable(token: str, line: int) -> Variable:
    found = VARIABLE.fullmatch(token)
    if not found:
        raise NotALetter("unknown-tag", token[:40], line)
    return Variable(_path(found[1]), found[2] or "", line)


def _condition(words: str, line: int) -> tuple[bool, tuple[str, ...]]:
    found = CONDITION.fullmatch(words)
    if not found:
        raise NotALetter("unknown-condition", words[:40], line)
    return bool(found[1]), _path(found[2])


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("."))


# ---- what a letter may name ----------------------------------------------------------------------


def check(nodes: Nodes, *, known: Collection[str], filters: Mapping[str, Collection[str]]) -> None:
    """See that a letter names only what its kind declares, each in a way that it can be said.

    Args:
        known: dotted paths; `days[].on` is the part `on` of each value of the list `days`.
        filters: the paths whose values each filter can say.

    Raises:
        NotALetter: an unknown variable or filter, or a filter that cannot say the variable.
    """
    _check(nodes, frozenset(known), filters, {})


def _check(
    nodes: Nodes,
    known: frozenset[str],
    filters: Mapping[str, Collection[str]],
    loops: dict[str, str],
) -> None:
    for node in nodes:
        if isinstance(node, Variable):
            whole = _known(node.path, known, loops, node.line)
            if node.filter and node.filter not in filters:
                raise NotALetter("unknown-filter", node.filter, node.line)
            if node.filter and whole not in filters[node.filter]:
                raise NotALetter("unfit-filter", f"{'.'.join(node.path)}|{node.filter}", node.line)
        elif isinstance(node, Loop):
            whole = _known(node.path, known, loops, node.line)
            inside = f"{whole}[]"
            if inside not in known and not any(one.startswith(f"{inside}.") for one in known):
                raise NotALetter("not-a-list", ".".join(node.path), node.line)
            _check(node.body, known, filters, loops | {node.name: inside})
        elif isinstance(node, Choice):
            for _negated, path, body in node.branches:
                if path:
                    _known(path, known, loops, node.line)
                _check(body, known, filters, loops)


def _known(path: tuple[str, ...], known: frozenset[str], loops: dict[str, str], line: int) -> str:
    whole = ".".join((loops.get(path[0], path[0]), *path[1:]))
    if whole not in known:
        raise NotALetter("unknown-variable", ".".join(path), line)
    return whole


def names(nodes: Nodes, inside: Mapping[str, str] | None = None) -> set[str]:
    """Every path that a letter names, written as `check` knows them."""
    loops, found = dict(inside or {}), set()
    for node in nodes:
        if isinstance(node, Variable):
            found.add(".".join((loops.get(node.path[0], node.path[0]), *node.path[1:])))
        elif isinstance(node, Loop):
            whole = ".".join((loops.get(node.path[0], node.path[0]), *node.path[1:]))
            found |= {whole, f"{whole}[]"}
            found |= names(node.body, loops | {node.name: f"{whole}[]"})
        elif isinstance(node, Choice):
            for _negated, path, body in node.branches:
                if path:
                    found.add(".".join((loops.get(path[0], path[0]), *path[1:])))
                found |= names(body, loops)
    return found


# ---- rendering -----------------------------------------------------------------------------------


def render(
    nodes: Nodes, variables: Mapping[str, Any], *, filters: Filters, optional: Collection[str] = ()
) -> str:
    """Write a letter out.

    Args:
        optional: the variables that may be missing; their place closes without a gap.

    Raises:
        MissingVariable: a variable that must be there is not, or is None.
    """
    parts: list[str] = []
    _write(nodes, variables, filters, frozenset(optional), parts)
    return _close_gaps("".join(parts))


def _write(
    nodes: Nodes,
    variables: Mapping[str, Any],
    filters: Filters,
    optional: frozenset[str],
    parts: list[str],
) -> None:
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Variable):
            value = _value(node.path, variables)
            if value is None:
                if ".".join(node.path) not in optional and node.path[0] not in optional:
                    raise MissingVariable(".".join(node.path))
                value = ""
            said = str(filters[node.filter](value) if node.filter and value != "" else value)
            parts.append(said.replace(GAP, "") or GAP)
        elif isinstance(node, Loop):
            for value in _listed(_value(node.path, variables)):
                _write(node.body, {**variables, node.name: value}, filters, optional, parts)
        else:
            _choose(node, variables, filters, optional, parts)


def _choose(
    node: Choice,
    variables: Mapping[str, Any],
    filters: Filters,
    optional: frozenset[str],
    parts: list[str],
) -> None:
    for negated, path, body in node.branches:
        value = _value(path, variables) if path else True
        if bool(value) is not negated:
            _write(body, variables, filters, optional, parts)
            return
    parts.append(GAP)


def _value(path: tuple[str, ...], variables: Mapping[str, Any]) -> Any:
    value: Any = variables.get(path[0])
    for name in path[1:]:
        if value is None:
            return None
        value = part(value, name)
    return value


def part(value: Any, name: str) -> Any:
    """A part that is a value, None if there is none: nothing is ever called."""
    if isinstance(value, Mapping):
        return value.get(name)
    found = getattr(value, name, None)
    return None if callable(found) else found


def _listed(value: Any) -> Iterable[Any]:
    return () if value is None or isinstance(value, str) else value


def _close_gaps(text: str) -> str:
    """Leave one space where something missing stood between two, and none before a mark."""
    if GAP not in text:
        return text

    def close(gap: re.Match[str]) -> str:
        had_space = bool(gap[1]) or gap[0].endswith(" ")
        opens = gap.start() == 0 or text[gap.start() - 1] == "\n"
        return " " if had_space and not opens and not BEFORE_A_MARK.match(text, gap.end()) else ""

    return GAPS.sub(close, text)
