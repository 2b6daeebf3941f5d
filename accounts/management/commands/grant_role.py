"""`manage.py grant_role EMAIL ROLE …`: the first managers of a new installation, and later ones."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.domain.people import register_person
from accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Give a person roles. Who has no account yet gets one, and sets the password by "
        "“Forgotten password” on the sign-in page. Giving a role twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("roles", nargs="+", choices=Role.values, metavar="ROLE")

    def handle(self, *args: Any, **options: Any) -> None:
        user = register_person(
            email=options["email"],
            roles=tuple(Role(name) for name in options["roles"]),
            verified=True,
            now=timezone.now(),
        )
        held = ", ".join(sorted(user.groups.values_list("name", flat=True)))
        self.stdout.write(f"{user.email}: {held}")
