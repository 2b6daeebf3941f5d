"""What a browser would send back for the form of a page, as the page was shown."""

from html.parser import HTMLParser

from django.http import HttpResponse


def fields_of(answer: HttpResponse, form_id: str) -> dict[str, str | list[str]]:
    """The names and values of a form's fields, hidden ones too."""
    reader = _Reader(form_id)
    reader.feed(answer.content.decode())
    return {
        name: values[0] if len(values) == 1 else values for name, values in reader.found.items()
    }


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.found: dict[str, list[str]] = {}
        self._select: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "input" and name and given.get("type") not in ("submit", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._add(name, value or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, value)
        elif tag == "textarea":
            self._text = name
            self._add(name, "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self.found[self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None

    def _add(self, name: str, value: str) -> None:
        self.found.setdefault(name, []).append(value)
