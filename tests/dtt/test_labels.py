"""Every label of the staff site can be said in another language.

A field without a `verbose_name` is called by its name in the code, in English, whatever the reader
has chosen. What counts is that a label is lazy; that it is translated is for the catalogue's tests.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten, get_fields_from_path, label_for_field
from django.db import models
from django.utils.functional import Promise


def tables() -> list[type[models.Model]]:
    """The models of our own apps."""
    return [
        model
        for app in apps.get_app_configs()
        if Path(app.path).parent == settings.BASE_DIR
        for model in app.get_models()
    ]


def pages() -> Iterator[tuple[type[models.Model], BaseModelAdmin]]:
    """Each model of ours that staff can look at, and its page; then what stands inside that."""
    for model in tables():
        page = admin.site._registry.get(model)
        if page is not None:
            yield model, page
            yield from ((inline.model, inline(model, admin.site)) for inline in page.inlines)


def columns(page: BaseModelAdmin) -> set[str]:
    """What a page shows by name, be it a field or not."""
    shown = [*getattr(page, "list_display", ()), *page.readonly_fields, *(page.fields or ())]
    return {name for name in flatten(shown) if name != "__str__"}


def title_of(model: type[models.Model], chosen: Any) -> Any:
    """What stands above a filter."""
    filtered = chosen[0] if isinstance(chosen, tuple) else chosen
    if isinstance(filtered, str):
        return get_fields_from_path(model, filtered)[-1].verbose_name
    return filtered.title


def plain(labels: dict[str, Any]) -> list[str]:
    """Those that would be said in English to everybody."""
    return sorted(
        f"{of}: {label}" for of, label in labels.items() if not isinstance(label, Promise)
    )


def test_every_field_that_the_staff_site_can_show_has_a_label_in_each_language() -> None:
    labels = {
        f"{model._meta.label}.{field.name}": field.verbose_name
        for model, page in pages()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if not field.auto_created and (field.editable or field.name in columns(page))
    }

    assert plain(labels) == []


def test_every_column_filter_heading_and_action_is_named_in_each_language() -> None:
    labels: dict[str, Any] = {}
    for model, page in pages():
        own = model._meta.label
        labels |= {f"{own}.{name}": label_for_field(name, model, page) for name in columns(page)}
        for chosen in getattr(page, "list_filter", ()):
            labels[f"{own}, filter {chosen}"] = title_of(model, chosen)
        for heading, _fields in page.fieldsets or ():
            if heading is not None:
                labels[f"{own}, heading {heading}"] = heading
        for action in getattr(page, "actions", None) or ():
            act = getattr(page, action) if isinstance(action, str) else action
            labels[f"{own}, action {act.__name__}"] = act.short_description

    assert plain(labels) == []


def test_every_kind_of_object_has_names_in_each_language() -> None:
    """The trail names them all, those without a page too."""
    labels = {
        f"{model._meta.label}, {name}": model._meta.original_attrs.get(name)
        for model in tables()
        for name in ("verbose_name", "verbose_name_plural")
    }
    rooms = {model._meta.app_label: model._meta.app_config.verbose_name for model, _page in pages()}

    assert plain(labels | rooms) == []
