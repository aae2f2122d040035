"""Unpacking a request's body while it comes in, bounded: a small body may unpack to a very large one.

It does not know what the bytes mean.
"""

import zlib

from batchmock.errors import ApiError, invalid_request

PACKED = ("gzip", "x-gzip")
_GZIP = zlib.MAX_WBITS | 16


class Inflater:
    """Unpacks gzip of one member or several (RFC 1952), up to a size.

    The codes of its refusals are those that the Python SDK 2.14 knows for messages; assumed for batches.
    """

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, chunk: bytes, *, final: bool) -> bytes:
        """Return what a part of the packed body unpacks to.

        Raises:
            ApiError: 413 when all of it is too large, 400 when it is no gzip or breaks off.
        """
        unpacked = bytearray()
        while chunk:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            unpacked += self._inflated(chunk)
            chunk = self._member.unused_data
        if final and not self._member.eof:
            raise _invalid("it breaks off")
        return bytes(unpacked)

    def _inflated(self, chunk: bytes) -> bytes:
        try:
            # One byte more than there is room for tells a body that is too large from one that just fits.
            piece = self._member.decompress(chunk, self._left + 1)
        except zlib.error as error:
            raise _invalid(str(error)) from None
        self._left -= len(piece)
        if self._left < 0:
            raise _too_large()
        return piece


def _invalid(detail: str) -> ApiError:
    return invalid_request(
        f"The request body is not valid gzip: {detail}", error_code="request_body_encoding_invalid"
    )


def _too_large() -> ApiError:
    return ApiError(
        "request_too_large",
        "The request body exceeds the maximum size after decoding",
        details={"error_code": "request_body_too_large_after_decoding"},
    )
