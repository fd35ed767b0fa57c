"""A checkout's folders that no other test uses, with a cluster of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from gis_core.cli import cluster, places
from gis_core.cli.places import ROOT

#: How long a command may take on a loaded machine before a test gives it up.
PATIENCE_S = 400


class Pelak(subprocess.Popen):
    """
    `./pelak` with some words, past the look at Debian's packages, what it says in one stream.

    It starts as a script starts what it puts in the background: with SIGINT ignored. A test that fails while
    it runs tells it to stop and does not wait for it for ever.
    """

    def __init__(self, *words: str, **options):
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        super().__init__(
            [sys.executable, "-m", "gis_core.cli", *words],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_ignore_interrupts,
            **options,
        )

    def read_until(self, words: str) -> str:
        """What it says up to the line with those words."""
        seen = []
        for line in self.stdout:
            seen.append(line)
            if words in line:
                return "".join(seen)
        raise AssertionError(f"{words!r} did not come:\n{''.join(seen)}")

    def __exit__(self, kind, value, traceback) -> None:
        if kind is not None:
            self.terminate()
        super().__exit__(kind, value, traceback)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.fixture(scope="session")
def new_places() -> Callable[[], AbstractContextManager[places.Places]]:
    """Makes folders that the server's account may enter, named by PELAK_VAR while inside."""

    @contextmanager
    def made() -> Iterator[places.Places]:
        var = Path(tempfile.mkdtemp(prefix="pelak."))
        var.chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PELAK_VAR", str(var))
            patch.delenv("PELAK_ADMIN_URL", raising=False)
            found = places.find_places(var)
            yield found
        cluster.stop(found)
        shutil.rmtree(var)

    return made


@pytest.fixture
def own_places(new_places) -> Iterator[places.Places]:
    """Folders of a checkout that has no cluster yet."""
    with new_places() as found:
        yield found
