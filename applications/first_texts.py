"""The texts that a new installation begins with: files of Markdown, one for a kind and a language.

They are the first version of each. What staff publish later takes their place; no file is read
again.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps as current_apps
from django.apps.registry import Apps

FOLDER = Path(__file__).parent / "texts"
KINDS = ("privacy-notice", "honour-code", "talent-pool", "publicity", "marketing")
VERSION = "2026-11"
PUBLISHED_AT = datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Hong_Kong"))


def first_text(kind: str, language: str) -> str:
    """What the first version of a kind says in `en` or `zh-hant`."""
    return (FOLDER / f"{kind}.{language}.md").read_text(encoding="utf-8").strip()


def seed_texts(*, using: str, apps: Apps = current_apps, **_: Any) -> None:
    """After every migration: publish the first version of each kind that has no version at all."""
    try:
        table = apps.get_model("applications", "LegalText")
    except LookupError:  # migrated back to before there were any
        return
    rows = table.objects.using(using)
    present = set(rows.values_list("kind", flat=True))
    rows.bulk_create(
        (
            table(
                kind=kind,
                version=VERSION,
                text_en=first_text(kind, "en"),
                text_zh=first_text(kind, "zh-hant"),
                asks_again=False,  # there is nobody yet who accepted another one
                published_at=PUBLISHED_AT,
            )
            for kind in KINDS
            if kind not in present
        ),
        ignore_conflicts=True,
    )
