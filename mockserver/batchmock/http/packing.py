"""Large answers packed with gzip, for clients that ask for it.

It does not know what is packed.
"""

import sys

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

# A short page stays below this: packing it would cost more than sending it. So does any one batch object.
GZIP_BYTES_MIN = 1_024
GZIP_LEVEL = 1
# Nothing is large enough to be handed to a thread: driven by hand, there is nobody to wait for one.
GZIP_THREAD_BYTES_MIN = sys.maxsize


def packed(app: ASGIApp) -> ASGIApp:
    """Return an app whose larger answers are packed with gzip for clients that ask for it."""
    return GZipMiddleware(
        app,
        minimum_size=GZIP_BYTES_MIN,
        compresslevel=GZIP_LEVEL,
        thread_minimum_size=GZIP_THREAD_BYTES_MIN,
    )
