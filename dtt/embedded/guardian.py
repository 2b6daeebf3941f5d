"""`python -m dtt.embedded.guardian VAR`: outlives every user of the servers, then stops them."""

import sys
from pathlib import Path

from dtt.embedded import stop
from dtt.embedded.lease import guard
from dtt.embedded.places import Places

if __name__ == "__main__":
    guard(Places(Path(sys.argv[1])), stop)
