"""`manage.py reset_second_factor EMAIL --reason …`: for who has lost phone and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.domain.second_factor import reset_second_factor
from accounts.errors import Refused


class Command(BaseCommand):
    help = "Let a person set the second factor up anew, at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--reason", required=True, help="how it was made sure that the right person asked"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = reset_second_factor(
                email=options["email"], reason=options["reason"], by=None, now=timezone.now()
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.email}: the next sign-in leads to the enrolment")
