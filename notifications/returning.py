"""How a letter is known again when the mail service tells that it came back. Pure.

A service gives a letter a name of its own, but hands back what a header asks it to keep: each has
its header for that. Some hand back our Message-ID. Either way our name is somewhere in the call.
"""

import json
import re
from typing import Any
from uuid import UUID

OURS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def headers_to_hand_back(message: UUID) -> dict[str, str]:
    """What the services that we can hear are asked to hand back."""
    kept = {"message": str(message)}
    return {
        "X-Mailin-custom": json.dumps(kept),  # Brevo
        "X-MJ-EventPayload": json.dumps(kept),  # Mailjet
        "X-PM-Metadata-message": kept["message"],  # Postmark
        "X-MSYS-API": json.dumps({"metadata": kept}),  # SparkPost
    }


def named_in(call: Any) -> frozenset[UUID]:
    """Everything in a call that could be the name of a letter; most are the service's own."""
    return frozenset(UUID(found) for found in OURS.findall(json.dumps(call, default=str)))
