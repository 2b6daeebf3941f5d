from typing import Any

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from applications.institutions import INSTITUTIONS


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("Programmes and applications")

    def ready(self) -> None:
        post_migrate.connect(seed_institutions, sender=self)


def seed_institutions(*, using: str, apps: Apps = current_apps, **_: Any) -> None:
    """Add the institutions of the list that the table lacks; change none that staff have edited.

    After every migration rather than in one: an institution that a release adds to the list
    arrives with it, and a flushed database has its list again.
    """
    try:
        institution = apps.get_model("applications", "Institution")
    except LookupError:  # migrated back to before there were any
        return
    institution.objects.using(using).bulk_create(
        (
            institution(code=listed.code, name_en=listed.name_en, name_zh=listed.name_zh)
            for listed in INSTITUTIONS
        ),
        ignore_conflicts=True,
    )
