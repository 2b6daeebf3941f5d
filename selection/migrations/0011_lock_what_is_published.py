"""Lists that were published before inputs could be locked lock theirs, too."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POOLS = {"bootcamp": "eligible"}
GUARDED = {"quiz", "bootcamp"}


def lock(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    selections = apps.get_model("selection", "Selection")
    locks = apps.get_model("applications", "InputLock")
    published = selections.objects.filter(state="published").select_related("rule", "cohort")
    for one in published.defer("inputs").order_by("published_at"):
        names = [*(name for name, _weight in one.rule.criteria), *one.rule.tie_breakers]
        parts = GUARDED & {name.partition(".")[0] for name in names}
        parts |= {POOLS[one.step]} if one.step in POOLS else set()
        for part in sorted(parts):
            locks.objects.get_or_create(
                cohort=one.cohort,
                part=part,
                defaults={
                    "because": f"{one.cohort.slug}/{one.step}/{one.number}",
                    "locked_at": one.published_at,
                },
            )


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0010_locked_inputs"),
        ("selection", "0010_name_the_relations"),
    ]

    operations = [migrations.RunPython(lock, migrations.RunPython.noop, elidable=True)]
