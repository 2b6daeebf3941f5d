"""References that people see: short, easily read aloud, not to be guessed (39 bits)."""

import secrets

from applications.domain.applying import REFERENCE_ALPHABET


def new_reference(prefix: str) -> str:
    """`JOB-7KQ2MX4T`"""
    return f"{prefix}-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
