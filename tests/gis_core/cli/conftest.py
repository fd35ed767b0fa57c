"""A checkout's folders that no other test uses, with a cluster of their own."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from gis_core.cli import cluster, places


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
