from typing import Any

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from applications.first_texts import seed_texts
from applications.institutions import INSTITUTIONS, key


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("Programmes and applications")

    def ready(self) -> None:
        # Models can be imported only when the registry of apps is filled.
        from accounts import approvable, confidential  # noqa: PLC0415
        from accounts.roles import Role  # noqa: PLC0415
        from applications import locks  # noqa: PLC0415
        from applications.domain import consents, locking  # noqa: PLC0415
        from applications.phones import phones_of  # noqa: PLC0415
        from applications.samples import awkward_people  # noqa: PLC0415
        from applications.web.staff import audiences, exporting, importing  # noqa: PLC0415
        from applications.web.staff import locks as lock_pages  # noqa: PLC0415
        from notifications import consent, phones, previews  # noqa: PLC0415

        officer = (Role.ACCOMMODATION_OFFICER,)
        confidential.register(events="applications.accessrequest", readers=officer)
        confidential.register(letters="access-decided", readers=officer)
        previews.register(awkward_people)
        consent.register(live=consents.wants_news, withdraw=consents.end_news)
        locks.register(locks.ELIGIBILITY, title=_("Who is eligible"))
        approvable.register(
            locking.UNLOCK,
            title=_("Open what a published list was made from"),
            name_all=lock_pages.name_all,
            find=lock_pages.find,
            describe=lock_pages.describe,
            carry_out=locking.open_approved,
        )
        phones.register(phones_of)
        audiences.register()
        exporting.register()
        importing.register()
        post_migrate.connect(seed_institutions, sender=self)
        post_migrate.connect(seed_texts, sender=self)


def seed_institutions(*, using: str, apps: Apps = current_apps, **_: Any) -> None:
    """Add the institutions and names of the list that the tables lack.

    What staff have edited stays: a name that they gave to another institution is not taken back.
    After every migration rather than in one: an institution that a release adds to the list
    arrives with it, and a flushed database has its list again.
    """
    try:
        institution = apps.get_model("applications", "Institution")
        alias = apps.get_model("applications", "InstitutionAlias")
    except LookupError:  # migrated back to before there were any
        return
    institution.objects.using(using).bulk_create(
        (
            institution(code=listed.code, name_en=listed.name_en, name_zh=listed.name_zh)
            for listed in INSTITUTIONS
        ),
        ignore_conflicts=True,
    )
    ids = dict(institution.objects.using(using).values_list("code", "pk"))
    alias.objects.using(using).bulk_create(
        (
            alias(institution_id=ids[listed.code], name=name, key=key(name), until=until)
            for listed in INSTITUTIONS
            for name, until in listed.names_until()
        ),
        ignore_conflicts=True,
    )
