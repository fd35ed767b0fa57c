"""Locks between processes of one checkout; they end with their process, so a killed start leaves none."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock alone; `on_wait` is called once when another process holds it and we must wait."""
    descriptor = _open(path)
    try:
        if not _try(descriptor, fcntl.LOCK_EX):
            if on_wait:
                on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Shared:
    """A lock held together with others, of which the last one leaving can be told."""

    def __init__(self, path: Path) -> None:
        self._descriptor = _open(path)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """True when nobody else holds the lock any more (it is then held alone)."""
        return _try(self._descriptor, fcntl.LOCK_EX)

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)


class Held:
    """
    A lock that says who holds it: text written by the holder, readable by those who come second.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "up.lock"
    >>> first, second = Held(path), Held(path)
    >>> first.take("http://localhost:8000"), second.take("http://localhost:8001")
    (True, False)
    >>> second.note()
    'http://localhost:8000'
    >>> first.release()
    >>> second.note() is None
    True
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self, note: str) -> bool:
        """Hold the lock and leave the note; False when another process holds it."""
        descriptor = _open(self._path)
        if not _try(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        self.write(note)
        return True

    def write(self, note: str) -> None:
        """Replace the note of a lock that is held."""
        if self._descriptor is None:
            raise ValueError("The lock is not held.")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, note.encode(), 0)

    def note(self) -> str | None:
        """The holder's note; None when nobody holds the lock."""
        if not self._path.exists():
            return None
        descriptor = os.open(self._path, os.O_RDWR)
        try:
            return None if _try(descriptor, fcntl.LOCK_EX) else self._path.read_text()
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
