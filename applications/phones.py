"""The telephone numbers that people gave, for when mail does not reach them."""

from collections.abc import Collection, Mapping

from applications.models import Application


def phones_of(people: Collection[int]) -> Mapping[int, str]:
    """The telephone numbers that these people gave, each from the newest application with one."""
    given = Application.objects.filter(user__in=people).exclude(mobile="")
    return dict(given.order_by("created_at", "pk").values_list("user", "mobile"))
