"""Template tags of the components: see docs/look.md for how a page uses them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, Stage
from applications.published import standing
from applications.rail import rail_for
from dtt.web.todo import published_for, todos_for
from notifications.moments import HONG_KONG, say_day, say_instant

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400
HTML_LANGUAGES = {"zh-hant": "zh-Hant-HK"}
ZONE, NO_BREAK = "HKT (UTC+8)", "\u00a0"
STAGE_KINDS = {
    Stage.DRAFT: "action",
    Stage.SUBMITTED: "now",
    Stage.ELIGIBLE: "now",
    Stage.PLACE_OFFERED: "action",
    Stage.RESERVE: "now",
    Stage.PLACE_CONFIRMED: "done",
    Stage.FINALIST: "done",
    Stage.FINAL_RESERVE: "now",
    Stage.MATCHED: "done",
    Stage.HIRED: "done",
}


# ---- time --------------------------------------------------------------------------------------


def say_distance(at: datetime, now: datetime) -> str:
    """How far off an instant is, in the largest unit that fits: `in 12 days`, `3 hours ago`."""
    seconds = round((at - now).total_seconds())
    size = abs(seconds)
    ahead = seconds > 0
    if size < MINUTE:
        return _("in less than a minute") if ahead else _("just now")
    if size < HOUR:
        n = size // MINUTE
        text = (
            ngettext("in %(n)d minute", "in %(n)d minutes", n)
            if ahead
            else ngettext("%(n)d minute ago", "%(n)d minutes ago", n)
        )
    elif size < 2 * DAY:
        n = size // HOUR
        text = (
            ngettext("in %(n)d hour", "in %(n)d hours", n)
            if ahead
            else ngettext("%(n)d hour ago", "%(n)d hours ago", n)
        )
    else:
        n = size // DAY
        text = (
            ngettext("in %(n)d day", "in %(n)d days", n)
            if ahead
            else ngettext("%(n)d day ago", "%(n)d days ago", n)
        )
    return text % {"n": n}


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """An instant with its zone, which stays on the line of the time."""
    said = say_instant(at).replace(ZONE, ZONE.replace(" ", NO_BREAK))
    return format_html('<time datetime="{}">{}</time>', iso(at), said)


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime) -> SafeString:
    """An instant with its zone and, beside it, how far off it is."""
    distance = say_distance(at, _now(context))
    return format_html('{} <span class="quiet">({})</span>', moment(at), distance)


@register.filter
def iso(at: datetime | None) -> str:
    """An instant for `<time datetime=…>`."""
    return at.astimezone(HONG_KONG).isoformat(timespec="minutes") if at else ""


@register.filter
def hk_day(at: datetime) -> str:
    """The day, in Hong Kong, of an instant."""
    return say_day(at.astimezone(HONG_KONG).date())


@register.filter
def short_day(at: datetime | date) -> str:
    """`14 May 2027` or `2027年5月14日`: for the narrow places of the rail."""
    said = hk_day(at) if isinstance(at, datetime) else say_day(at)
    return said.split("（")[0] if "（" in said else said.split(" ", 1)[1]


@register.filter
def month(on: date) -> str:
    """`May 2027` or `2027年5月`."""
    return formats.date_format(on, _("F Y"))


def _now(context: Context) -> datetime:
    return context.get("now") or timezone.now()


# ---- navigation and signs ----------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def is_past(context: Context, at: datetime) -> bool:
    """Whether an instant has come."""
    return at <= _now(context)


@register.simple_tag(takes_context=True)
def here(context: Context, url: str, *, exact: bool = False) -> SafeString:
    """`aria-current` for the link to this page, or to the section that this page is in."""
    path = context["request"].path if "request" in context else ""
    if path == url:
        return SafeString(' aria-current="page"')
    return SafeString(' aria-current="true"' if not exact and path.startswith(url) else "")


@register.inclusion_tag("components/icon.html")
def icon(name: str) -> dict[str, str]:
    """A small sign; always beside a word."""
    return {"name": str(name)}


@register.inclusion_tag("components/tag.html")
def tag(kind: str, text: Any) -> dict[str, Any]:
    """A short word about a state. `kind`: done, now, action, danger or empty."""
    return {"kind": kind, "text": text}


@register.inclusion_tag("components/tag.html", takes_context=True)
def stage_tag(context: Context, application: Application) -> dict[str, Any]:
    """The stage in which an application stands now, as a tag."""
    stands = standing(application, _now(context))
    kind = "" if stands.left_out else STAGE_KINDS.get(stands.stage, "")
    return {"kind": kind, "text": capfirst(stands.label)}


@register.simple_tag(takes_context=True)
def stage_words(context: Context, application: Application) -> str:
    """The same for staff, within a line."""
    return standing(application, _now(context)).label


@register.filter
def flash_kind(level_tag: str) -> str:
    """Django's message level as a kind of notice."""
    return {"success": "done", "error": "danger", "warning": "warning"}.get(level_tag, "info")


@register.filter
def lang_attribute(language: str) -> SafeString:
    """`lang` for what is written in this language, with its script and region."""
    return format_html(' lang="{}"', HTML_LANGUAGES.get(language, language))


@register.inclusion_tag("components/rail.html", takes_context=True)
def rail(context: Context, application: Application) -> dict[str, Any]:
    """Where this person stands, what happens next, and the buttons for what they must do."""
    now = _now(context)
    request = context.get("request")
    return {
        "rail": rail_for(
            application,
            now,
            published=published_for(application),
            standing=standing(application, now),
        ),
        # A page needs no button that leads to itself.
        "todos": [
            todo
            for todo in todos_for(application, now)
            if request is None or todo.url != request.path
        ],
        "now": now,
    }


# ---- forms -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the error summary. `target` is the id of the field to go to, or empty."""

    text: str
    target: str


def faults_of(*bound: forms.BaseForm | forms.BaseFormSet | None) -> Iterator[Fault]:
    """Every error of some forms or formsets, whole-form errors first."""
    for one in bound:
        if isinstance(one, forms.BaseFormSet):
            yield from (Fault(str(text), "") for text in one.non_form_errors())
            for form in one.forms:
                yield from faults_of(form)
        elif one is not None and one.is_bound:
            yield from (Fault(str(text), "") for text in one.non_field_errors())
            for field in one:
                yield from (_fault(field, str(error)) for error in field.errors)


def _fault(field: BoundField, error: str) -> Fault:
    text = _("%(field)s: %(error)s") % {"field": field.label, "error": error}
    return Fault(text, "" if field.is_hidden else field.auto_id)


@register.inclusion_tag("components/error_summary.html")
def error_summary(*bound: forms.BaseForm | forms.BaseFormSet) -> dict[str, Any]:
    """What must be looked at again, with a link to each field; takes the focus."""
    return {"faults": list(faults_of(*bound)), "asks_again": any(map(_asks_again, bound))}


def _asks_again(one: forms.BaseForm | forms.BaseFormSet | None) -> bool:
    """A password or a file is never sent back: the page must not say that all is still there."""
    fields = one.fields.values() if isinstance(one, forms.BaseForm) else ()
    return any(isinstance(field.widget, forms.PasswordInput | forms.FileInput) for field in fields)


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    purpose: str = "",
    as_heading: bool = False,
    across: bool = False,
    says_optional: bool = True,
    **attrs: Any,
) -> dict[str, Any]:
    """A labelled control with its hint, purpose and errors; an optional one says so in words.

    Args:
        hint: replaces the form field's `help_text`.
        purpose: why we ask; shown under the label.
        as_heading: the legend of a group is the page's heading.
        across: put the choices of a group side by side on wide screens.
        says_optional: say "(optional)" where that is so.
        attrs: further attributes of the control, `_` for `-` (`autocomplete="email"`); False
            takes one away.
    """
    widget = bound.field.widget
    shape = _shape(widget)
    hint = hint or str(bound.help_text)
    errors = list(bound.errors)
    at_most = widget.attrs.get("maxlength") if isinstance(widget, forms.Textarea) else None
    parts = (("hint", hint), ("purpose", purpose), ("error", errors), ("count", at_most))
    described_by = " ".join(f"{bound.auto_id}_{part}" for part, present in parts if present)
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    if errors:
        given["aria-invalid"] = "true"
    if described_by and shape in ("plain", "tick"):
        given["aria-describedby"] = described_by
    if shape == "group":
        given["aria-describedby"] = False
    if at_most:
        given["maxlength"] = False  # A browser would cut a pasted text off without a word.
    return {
        "id": bound.auto_id,
        "label": label or bound.label,
        "shape": shape,
        "hint": hint,
        "purpose": purpose,
        "errors": errors,
        "at_most": at_most,
        "described_by": described_by,
        "says_optional": says_optional and not bound.field.required,
        "as_heading": as_heading,
        "across": across,
        "options": list(_options(bound, given)) if shape == "group" else [],
        "control": bound.as_widget(attrs=given) if shape != "group" else "",
    }


def _shape(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.MultiWidget):
        return "parts"
    return "plain"


def _options(bound: BoundField, attrs: dict[str, Any]) -> Iterator[Any]:
    """The single radio buttons or boxes; the first carries the id that the summary links to."""
    for subwidget in bound.subwidgets:
        subwidget.data["attrs"] = {**subwidget.data["attrs"], **attrs}
        yield subwidget
