from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and approvals")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable  # noqa: PLC0415
        from accounts.domain import roles  # noqa: PLC0415
        from accounts.domain.sealing import verify_trail  # noqa: PLC0415

        # Only to be heard: the receivers of `events` register themselves.
        from accounts.web import events  # noqa: F401, PLC0415
        from accounts.web.people import describe_role, find_roles, name_roles  # noqa: PLC0415

        verifiers.register("audit", verify_trail)
        approvable.register(
            roles.GRANT_ROLE,
            title=_("Give a role"),
            name_all=name_roles,
            find=find_roles,
            describe=describe_role,
            carry_out=roles.give_approved_role,
        )
