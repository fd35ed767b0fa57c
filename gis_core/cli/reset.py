"""`./pelak reset --yes`: throws one city's database and documents away; keys, packages and pages stay."""

import argparse
import shutil
from pathlib import Path

from gis_core.cli import databases, steps
from gis_core.cli.environment import city_home
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock


def run(arguments: list[str]) -> int:
    """Drop the database after being told `--yes`."""
    parser = argparse.ArgumentParser("./pelak reset", description=__doc__)
    parser.add_argument("--city", type=Path, help="the city.toml (default: the demo city)")
    parser.add_argument("--yes", action="store_true", help="yes, all of it")
    options = parser.parse_args(arguments[1:])
    with city_home(options.city) as home:
        if not home.is_private:
            raise MachineTrouble("NOT_OUR_SERVER", "DATABASE_URL names another server.", "Drop it there.")
        if not options.yes:
            raise MachineTrouble(
                "SURE?",
                f"This throws away the database {home.database} and the documents in {home.media}.",
                "./pelak backup FILE keeps them; ./pelak reset --yes does it.",
            )
        if up_lock(home.places).note():
            raise MachineTrouble("STILL_SERVING", "Pelak serves this database now.", "./pelak stop")
        databases.drop_database(home.database, home.places)
        shutil.rmtree(home.media)
        steps.say(f"The database {home.database} and its documents are gone; ./pelak up begins anew")
    return 0
