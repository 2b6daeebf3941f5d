"""The language of letters: what it says, what it refuses, and that nothing missing leaves a gap."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.language import (
    MissingVariable,
    NotALetter,
    check,
    names,
    parse,
    render,
)

FILTERS = {"loud": lambda value: str(value).upper()}
KNOWN = {"name", "date", "days", "days[]", "days[].on", "cohort", "cohort.title"}


class Cohort:
    title = "Spring"

    def __str__(self) -> str:
        return "Spring 2027"

    def delete(self) -> str:
        raise AssertionError("a letter must not call anything")


def say(text: str, *, optional: tuple[str, ...] = (), **variables: Any) -> str:
    return render(parse(text), variables, filters=FILTERS, optional=optional)


def wrong(text: str) -> tuple[str, str, int]:
    with pytest.raises(NotALetter) as refused:
        check(parse(text), known=KNOWN, filters={"loud": KNOWN - {"date"}})
    return refused.value.code, refused.value.detail, refused.value.line


def test_a_letter_says_variables_parts_filters_choices_and_lists() -> None:
    text = (
        "{{ name|loud }}, {{ cohort }} ({{ cohort.title }}){% if a %} A{% elif not b %} B"
        "{% else %} C{% endif %}:{% for day in days %}\n- {{ day.on }}{% endfor %}"
    )

    said = say(text, name="ann", cohort=Cohort(), a="", b="", days=[{"on": "1"}, {"on": "2"}])

    assert said == "ANN, Spring 2027 (Spring) B:\n- 1\n- 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You are number {{ n }} on it.", "You are number on it."),
        ("Dear {{ n }}, hello", "Dear, hello"),
        ("{{ n }} hello {{ n }}", "hello"),
        ("a {{ n }} {{ n }} b", "a b"),
        ("a{{ n }}b", "ab"),
        ("one {% if n %}two{% endif %} three", "one three"),
        ("one\n\n{% if n %}two{% endif %}\nthree", "one\n\n\nthree"),
        ("two  spaces are the writer's", "two  spaces are the writer's"),
    ],
)
@pytest.mark.parametrize("missing", [{}, {"n": None}, {"n": ""}], ids=["absent", "None", "empty"])
def test_something_missing_leaves_no_gap(text: str, said: str, missing: dict[str, Any]) -> None:
    assert say(text, optional=("n",), **missing) == said


@pytest.mark.parametrize("variables", [{}, {"n": None}])
def test_what_must_be_there_is_missed(variables: dict[str, Any]) -> None:
    with pytest.raises(MissingVariable, match="n"):
        say("number {{ n }}", **variables)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ reference }}", ("unknown-variable", "reference", 1)),
        ("\n\n{{ cohort.delete }}", ("unknown-variable", "cohort.delete", 3)),
        ("{{ days.on }}", ("unknown-variable", "days.on", 1)),
        ("{{ name|safe }}", ("unknown-filter", "safe", 1)),
        ("{% if reference %}x{% endif %}", ("unknown-variable", "reference", 1)),
        ("{% for d in name %}{{ d }}{% endfor %}", ("not-a-list", "name", 1)),
        ("{% for d in days %}{{ d.off }}{% endfor %}", ("unknown-variable", "d.off", 1)),
        ("{% for d in days %}{% endfor %}{{ d }}", ("unknown-variable", "d", 1)),
    ],
)
def test_a_name_that_the_kind_does_not_have_is_refused(
    text: str, why: tuple[str, str, int]
) -> None:
    assert wrong(text) == why


@pytest.mark.parametrize(
    "text",
    [
        "{% load static %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% debug %}",
        "{% url 'home' %}",
        "{% with a=b %}{% endwith %}",
        "{# a comment #}",
        "{{ name.__class__ }}",
        "{{ name|default:'x' }}",
        "{{ name|loud|loud }}",
        "{{ 'text' }}",
        "{{ }}",
        "{{ name",
        "name }}",
        "{% if name == 1 %}x{% endif %}",
        "{% if name and date %}x{% endif %}",
        "{% endif %}",
        "{% if name %}x",
        "{% for d in days %}x{% endif %}",
        "{% if name %}a{% else %}b{% else %}c{% endif %}",
        "{% if name %}" * 20 + "{% endif %}" * 20,
        "x" * 20_001,
    ],
)
def test_anything_that_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(NotALetter):
        parse(text)


def test_nothing_is_ever_called() -> None:
    with pytest.raises(MissingVariable):
        say("{{ cohort.delete }}", cohort=Cohort())


def test_a_value_is_never_read_as_a_letter() -> None:
    assert say("{{ name }}", name="{{ secret }}{% if %}") == "{{ secret }}{% if %}"


def test_the_names_of_a_letter_are_found() -> None:
    text = "{{ cohort.title }}{% for d in days %}{{ d.on }}{% if name %}{% endif %}{% endfor %}"

    assert names(parse(text)) == {"cohort.title", "days", "days[]", "days[].on", "name"}


@given(st.text(alphabet=st.sampled_from("{}%# \nifendor.|a_"), max_size=60))
def test_any_text_is_a_letter_or_is_refused(text: str) -> None:
    try:
        nodes = parse(text)
    except NotALetter:
        return
    try:
        said = render(nodes, {}, filters=FILTERS)
    except MissingVariable:
        return
    assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}", said)


@given(st.lists(st.sampled_from(["a", " ", "{{ n }}", "\n", ",", "{% if n %}b{% endif %}"])))
def test_without_a_value_two_spaces_never_meet(parts: list[str]) -> None:
    written = "".join(parts)
    said = say(written, optional=("n",))

    literal = re.sub(r"\{.*?\}\}|\{%.*?%\}b\{%.*?%\}", "\u2063", written)
    assert "None" not in said
    assert said.count("  ") <= literal.count("  ")
