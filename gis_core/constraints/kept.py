"""Keeps what was made of objects while the very same objects are asked about again."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any


class Kept:
    """
    Values made of objects that never change; only the last few are kept.

    The objects themselves are asked for, not equal ones: new rules are new objects, so nothing old is given.

    Examples
    --------
    >>> kept, rules = Kept(most=1), ("R121",)
    >>> kept.of((rules,), lambda: "first"), kept.of((rules,), lambda: "second")
    ('first', 'first')
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[tuple[Hashable, ...], tuple[tuple[object, ...], Any]] = {}
        self._lock = Lock()

    def of(self, objects: tuple[object, ...], make: Callable[[], Any], *also: Hashable) -> Any:
        """What `make` gave for these objects, and for equal values `also`; called when it was not lately."""
        key = (*map(id, objects), *also)
        held = self._held.get(key)
        if held is None:
            # The objects are held with their value, so that no other object gets their identity.
            held = objects, make()
            with self._lock:
                self._held[key] = held
                while len(self._held) > self._most:
                    del self._held[next(iter(self._held))]
        return held[1]
