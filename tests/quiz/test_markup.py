"""Texts of authors as HTML: what is shown, what is refused, what is told."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.markup import MAX_SOURCE, faults_of, images_in, render, render_line, rendered

REFERENCE = "0123456789abcdef" * 2
SIGNS = [*"\\{}[]^_&$ ab1+-<>\n\x00é", r"\frac", r"\left", r"\begin{matrix}", r"\sqrt", r"\text"]
TEX = st.lists(st.sampled_from(SIGNS), max_size=12).map("".join)


def told(text: str, text_format: str = "markdown") -> list[str]:
    return [str(fault) for fault in faults_of(text, text_format)]


@pytest.mark.parametrize(
    ("text", "text_format"),
    [
        ("so $x^2$ is", "markdown"),
        (r"so \(x^2\) is", "markdown"),
        ("so $x^2$ is", "html"),
        (r"so \(x^2\) is", "moodle"),
        ("設$x^2$為", "markdown"),
    ],
)
def test_a_formula_becomes_mathml(text: str, text_format: str) -> None:
    shown = render(text, text_format)

    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in shown
    assert told(text, text_format) == []


@pytest.mark.parametrize(
    "text", ["$$\nx\n- y\n$$", r"\[ x - y \]", "a line\n$$x - y$$\nand more", "- $$x - y$$"]
)
def test_a_formula_of_its_own_line_scrolls_in_its_own_box(text: str) -> None:
    shown = render(text, "markdown")

    assert '<span class="formula" tabindex="0"><math display="block">' in shown
    assert "<ul>\n<li>y" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "HK$80 or US$ 10",
        "`$HOME` and `$PATH`",
        "```bash\necho $HOME$\n```",
        r"\$x\$",
        "a $ b $ c",
        "$",
        "$$",
    ],
)
@pytest.mark.parametrize("text_format", ["markdown", "html"])
def test_money_and_programs_are_no_formulas(text: str, text_format: str) -> None:
    if text_format == "html" and ("`" in text or "\\" in text):
        text = f"<pre>{text}</pre>"
    assert "<math" not in render(text, text_format)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (r"\frac{1}", "something is missing at its end"),
        ("x^", "something is missing after ^ or _"),
        ("x^2^3", "two exponents"),
        (r"\foo", r"\foo is not known"),
        ("{x", "a { has no }"),
        ("x}", "a } has no {"),
        ("{" * 31 + "}" * 31, "nested too deeply"),
        (r"\newcommand{\a}{\a\a}\a", "no new commands"),
        (r"\begin{matrix}1", "a \\begin has no \\end"),
    ],
)
def test_tex_that_cannot_be_read_is_told_and_shown_as_written(formula: str, why: str) -> None:
    text = f"Before $${formula}$$ after"

    [fault] = told(text)

    assert why in fault
    assert "Before" in render(text, "markdown")
    assert "<math" not in render(text, "markdown")


@settings(max_examples=150, deadline=None)
@given(TEX)
def test_no_tex_breaks_a_page(tex: str) -> None:
    for text_format in ("markdown", "html", "moodle", "plain"):
        shown = render(f"before $${tex}$$ after", text_format)
        assert shown.strip()


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<p style="color:red" onclick="x()">a</p>',
        "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
        '<math href="javascript:alert(1)"><mi>x</mi></math>',
        "$$\\href{javascript:alert(1)}{x}$$",
        "$$\\text{<img src=x onerror=alert(1)>}$$",
        "<svg onload=alert(1)>",
        '<code class="tex-inline">\\text{<script>alert(1)</script>}</code>',
        '<pre><code class="language-python">&lt;script&gt;alert(1)&lt;/script&gt;</code></pre>',
        "<iframe src=//x></iframe><style>*{}</style><base href=//x>",
    ],
)
@pytest.mark.parametrize("text_format", ["markdown", "html", "moodle", "plain"])
def test_nothing_runs_and_nothing_is_styled(hostile: str, text_format: str) -> None:
    shown = render(hostile, text_format)
    tags = re.findall(r"<[^>]*>", shown)

    assert [
        tag
        for tag in tags
        if re.match(r"<(script|img|svg|iframe|style|base)", tag)
        or re.search(r"\s(on\w+|style|href)=", tag)
    ] == []


def test_a_program_is_coloured_by_class_names_alone() -> None:
    shown = render("```python\ndef f(x):\n    return 'a<b'  # why\n```", "markdown")

    assert '<pre tabindex="0"><code><span class="tok-keyword">def</span>' in shown
    assert "<span class=\"tok-string\">'a&lt;b'</span>" in shown
    assert '<span class="tok-comment"># why</span>' in shown
    assert "style=" not in shown


def test_an_unknown_language_and_inline_code_stay_as_they_are() -> None:
    assert render("```nonesuch\na < b\n```", "markdown") == (
        '<pre tabindex="0"><code>a &lt; b\n</code></pre>\n'
    )
    assert render_line("the `len` of it", "markdown") == "the <code>len</code> of it"


def test_a_table_stays_a_table() -> None:
    assert "<table>" in render("| a | b |\n|---|---|\n| 1 | $x$ |", "markdown")


@pytest.mark.parametrize(
    ("text", "text_format"),
    [
        (f"![A tree of 3 nodes](image:{REFERENCE})", "markdown"),
        (f'<p><img src="image:{REFERENCE}" alt="A tree of 3 nodes" onload="x()"></p>', "html"),
    ],
)
def test_an_image_of_ours_gets_its_address(text: str, text_format: str) -> None:
    shown = render(text, text_format)

    assert f'<img src="/quiz/images/{REFERENCE}" alt="A tree of 3 nodes">' in shown
    assert (told(text, text_format), images_in(text)) == ([], {REFERENCE})


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"![](image:{REFERENCE})", ["An image has no words for those who do not see it."]),
        (f"![ ](image:{REFERENCE})", ["An image has no words for those who do not see it."]),
        (
            "![a](https://example.org/a.png)",
            ["An image is not one of the bank’s own, so nobody would see it."],
        ),
        (
            "![a](image:../../etc)",
            ["An image is not one of the bank’s own, so nobody would see it."],
        ),
        (
            "![a](data:image/png;base64,AA)",
            ["An image is not one of the bank’s own, so nobody would see it."],
        ),
    ],
)
def test_an_image_without_words_or_from_elsewhere_is_told(text: str, faults: list[str]) -> None:
    assert told(text) == faults
    assert "src" not in render(text, "markdown").replace(f'src="/quiz/images/{REFERENCE}"', "")


@pytest.mark.parametrize(
    "long",
    [
        "x" * (MAX_SOURCE + 1),
        "$" * MAX_SOURCE,
        "\\(" * (MAX_SOURCE // 2),
        "$a " * (MAX_SOURCE // 3),
        "[" * MAX_SOURCE,
        "![" * (MAX_SOURCE // 2),
        "*a " * (MAX_SOURCE // 3),
        "> " * (MAX_SOURCE // 2),
        "|a" * (MAX_SOURCE // 2) + "\n" + "|-" * 100,
        "<b>" * (MAX_SOURCE // 3),
        "$$x$$" * (MAX_SOURCE // 5),
        "```python\n" + "'" * (MAX_SOURCE - 20),
        "$${" + "a_{" * 200 + "}" * 201 + "$$",
        "&" * MAX_SOURCE,
        "`" * MAX_SOURCE,
        "<!--" * (MAX_SOURCE // 4),
    ],
)
@pytest.mark.parametrize("text_format", ["markdown", "html", "moodle"])
def test_an_enormous_or_nested_text_is_still_a_page(long: str, text_format: str) -> None:
    assert len(rendered(long, text_format).html) < 20 * MAX_SOURCE
