"""The front door and the wiring.

NumPy's linear algebra must not spread over all processors: web and worker processes share them
already, and on a busy machine its threads wait for each other ten times longer than they work. It
reads this when it is first imported, so it is said here, before anything else.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
