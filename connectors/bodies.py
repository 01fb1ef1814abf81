"""A body: unpacked a piece at a time, kept in memory or in a file, noted in part."""

import tempfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from connectors.redaction import Redactor

IN_MEMORY = 8 * 1024 * 1024  # what is larger is kept in a temporary file
NOTED = 64 * 1024
_PIECE = 64 * 1024


class BadEncoding(Exception):
    """A body is not packed the way its headers say."""


class Body:
    """Bytes that came: in memory when small, in a temporary file when not."""

    def __init__(self):
        self.size = 0
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None

    @classmethod
    def of(cls, data: bytes) -> "Body":
        """A body of bytes that are in memory anyway; large ones are still read as a file."""
        body = cls()
        body.size = len(data)
        if body.size > IN_MEMORY:
            body._file = BytesIO(data)
        else:
            body._parts.append(data)
        return body

    def append(self, data: bytes) -> None:
        self.size += len(data)
        if self._file is None and self.size > IN_MEMORY:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
            self._file.writelines(self._parts)
            self._parts.clear()
        if self._file is None:
            self._parts.append(data)
        else:
            self._file.write(data)

    @property
    def in_memory(self) -> bool:
        return self._file is None

    def bytes(self) -> bytes:
        return b"".join(self._parts) if self._file is None else self.open().read()

    def open(self) -> BinaryIO:
        """The body as a file, at its beginning."""
        if self._file is None:
            return BytesIO(b"".join(self._parts))
        self._file.seek(0)
        return self._file

    def head(self, size: int) -> bytes:
        return b"".join(self._parts)[:size] if self._file is None else self.open().read(size)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def unpacked(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body without its content encoding, never more than a piece at a time in memory."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return parts
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflate(parts, encoding)
    raise BadEncoding(f"its body is encoded as “{encoding}”, which was not asked for")


def _inflate(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    unpack, began = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32), False
    for part in parts:
        while part:
            try:
                data = unpack.decompress(part, _PIECE)
            except zlib.error as error:
                if encoding != "deflate" or began:
                    raise BadEncoding(f"its compressed body is damaged ({error})") from None
                unpack, began = zlib.decompressobj(wbits=-zlib.MAX_WBITS), True
                continue
            began = True
            if data:
                yield data
            part = unpack.unconsumed_tail
            if unpack.eof and unpack.unused_data and encoding != "deflate":
                part, unpack = unpack.unused_data, zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    if began and not unpack.eof:
        raise BadEncoding("its compressed body is incomplete")


def note_body(head: bytes, size: int, redactor: Redactor) -> dict:
    """The beginning of a body as text without secrets, and its size in bytes."""
    if not size:
        return {"size": 0}
    noted = {"body": redactor.text(as_text(head)), "size": size}
    return noted | {"truncated": True} if size > len(head) else noted


def as_text(data: bytes) -> str:
    """Bytes as text that can be stored and shown."""
    if b"\0" in data[:1024]:
        return "(binary data)"
    return data.decode(errors="replace").replace("\0", "\ufffd")


def readable_size(count: int) -> str:
    """50 MB for 52428800."""
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
