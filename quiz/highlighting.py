"""Colour the words of a program by class names, on the server. Pure.

Five classes are enough to read by and small enough for a phone: see `static/css/code.css`.
"""

from functools import lru_cache
from html import escape
from itertools import groupby

from pygments.lexers import get_lexer_by_name
from pygments.token import Token

MAX_CODE = 5000  # characters; a longer program is shown without colours
# A language as authors name it, and the lexer that reads it.
LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3"), "python"),
    **dict.fromkeys(("javascript", "js"), "javascript"),
    **dict.fromkeys(("bash", "sh", "shell", "console"), "bash"),
    **dict.fromkeys(("cpp", "c++"), "cpp"),
    **{
        name: name
        for name in ("pycon", "sql", "r", "c", "java", "typescript", "json", "html", "css", "yaml")
    },
    **{name: name for name in ("matlab", "julia", "go", "rust", "csharp", "kotlin", "scala")},
}
CLASSES = (
    (Token.Comment, "tok-comment"),
    (Token.Keyword, "tok-keyword"),
    (Token.Operator.Word, "tok-keyword"),
    (Token.Literal.String, "tok-string"),
    (Token.Literal.Number, "tok-number"),
    (Token.Name.Builtin, "tok-name"),
    (Token.Name.Function, "tok-name"),
    (Token.Name.Class, "tok-name"),
    (Token.Name.Decorator, "tok-name"),
    (Token.Name.Tag, "tok-keyword"),
)


@lru_cache(maxsize=1024)
def highlight(code: str, language: str) -> str:
    """Return the program as HTML, its words in spans; every other character is escaped.

    Args:
        language: as written behind the fence; an unknown one colours nothing.
    """
    name = LANGUAGES.get(language.lower())
    if name is None or len(code) > MAX_CODE:
        return escape(code, quote=False)
    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    runs = groupby(lexer.get_tokens(code), key=lambda token: _class_of(token[0]))
    return "".join(_span(name, "".join(text for _kind, text in run)) for name, run in runs)


def _class_of(kind: object) -> str:
    return next((name for token, name in CLASSES if kind in token), "")


def _span(name: str, text: str) -> str:
    said = escape(text, quote=False)
    return f'<span class="{name}">{said}</span>' if name else said
