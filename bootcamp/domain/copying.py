"""What a duplicated cohort takes over from the bootcamp of its source."""

from datetime import datetime, timedelta

from accounts.domain import audit
from accounts.models import User
from applications.models import Cohort
from bootcamp.models import Lesson, Module, Room, Rubric, Slot


def copy_bootcamp(
    source: Cohort, copy: Cohort, shift: timedelta, by: User | None, now: datetime
) -> None:
    """Copy modules, lessons, rooms, slots and the newest sheet; no trainer, judge or group.

    Called in the transaction of the copy.
    """
    modules = list(Module.objects.filter(cohort=source).prefetch_related("lessons"))
    for module in modules:
        lessons = list(module.lessons.all())
        twin = Module.objects.create(
            cohort=copy,
            number=module.number,
            title_en=module.title_en,
            title_zh=module.title_zh,
            description_en=module.description_en,
            description_zh=module.description_zh,
        )
        Lesson.objects.bulk_create(
            Lesson(
                module=twin, order=lesson.order, title_en=lesson.title_en, title_zh=lesson.title_zh
            )
            for lesson in lessons
        )
    Room.objects.bulk_create(
        Room(cohort=copy, name_en=room.name_en, name_zh=room.name_zh, capacity=room.capacity)
        for room in Room.objects.filter(cohort=source)
    )
    Slot.objects.bulk_create(
        Slot(
            cohort=copy,
            on=slot.on + shift,
            position=slot.position,
            starts_at=slot.starts_at + shift,
            ends_at=slot.ends_at + shift,
        )
        for slot in Slot.objects.filter(cohort=source)
    )
    rubric = Rubric.objects.filter(cohort=source).order_by("-version").first()
    if rubric is not None:
        Rubric.objects.create(
            cohort=copy,
            version=1,
            criteria=rubric.criteria,
            gates=rubric.gates,
            created_at=now,
        )
    after = {"from": source.slug, "modules": len(modules)}
    audit.record(copy, "copy-bootcamp", by=by, now=now, after=after)
