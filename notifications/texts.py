"""The texts of messages: one file for each kind and language, the first line is the subject.

`templates/messages/<kind>.<language>.txt`. A variable that the caller did not give is an error,
never an empty gap in somebody's letter.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template
from django.template.backends.django import get_installed_libraries
from django.utils import translation

from accounts.languages import Language

MISSING = "\u2063missing:%s\u2063"


class MissingVariable(KeyError):
    """A text names a variable that the fact does not carry."""


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered message."""

    subject: str
    body: str


def render(kind: str, language: str, variables: dict[str, Any]) -> Text:
    """Render a message in one language.

    Raises:
        MissingVariable: the text needs a variable that is not among `variables`.
        TemplateDoesNotExist: there is no text of this kind in this language.
    """
    with translation.override(language):
        whole = _template(kind, language).render(Context(variables, autoescape=False))
    if "\u2063missing:" in whole:
        name = whole.split("\u2063missing:", 1)[1].split("\u2063", 1)[0]
        raise MissingVariable(f"{kind}.{language} needs {name!r}")
    subject, _, body = whole.partition("\n")
    return Text(subject=" ".join(subject.split()), body=body.strip() + "\n")


@cache
def _template(kind: str, language: str) -> Template:
    return _engine().get_template(f"messages/{kind}.{Language(language).value}.txt")


@cache
def _engine() -> Engine:
    """Django's engine, strict about missing variables and with the house's own filters."""
    return Engine(
        dirs=[str(settings.BASE_DIR / "templates")],
        string_if_invalid=MISSING,
        autoescape=False,
        libraries=get_installed_libraries(),
        builtins=["django.templatetags.tz", "notifications.templatetags.moments"],
    )
