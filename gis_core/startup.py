"""Refuses to serve another city's database, with a role that walks past its walls, or by a misspelt rule."""

import gc

from django.conf import settings
from django.db import connection

from gis_core.errors import Trouble
from gis_core.models import Role


class UnfitDatabase(Trouble):
    """This process must not serve from this database."""

    code = "UNFIT_DATABASE"
    status = 503
    our_fault = True


class UnfitCity(Trouble):
    """The city's description asks for something that Pelak does not know."""

    code = "UNFIT_CITY"
    status = 503
    our_fault = True


ROLE = """
    SELECT rolsuper OR rolbypassrls,
           EXISTS (SELECT 1 FROM pg_class JOIN pg_roles owner ON owner.oid = relowner
                   WHERE owner.rolname = current_user AND relname = 'parcels_parcel')
    FROM pg_roles WHERE rolname = current_user
"""


def refuse_unfit_database() -> None:
    """
    Check the role and the city of the default connection.

    Raises
    ------
    UnfitDatabase
        When the role is a superuser, bypasses row security or owns the tables, or when the
        database was made for another city or another metric CRS.
    """
    city = settings.CITY
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        bypasses, owns = cursor.fetchone()
        cursor.execute("SELECT key, metric_srid FROM gis_core_cityrecord")
        record = cursor.fetchone()
    if bypasses or owns:
        raise UnfitDatabase(
            fa="نقش پایگاه داده از دیوارهای دسترسی می‌گذرد؛ با نقش pelak_app وصل شوید.",
            en="The database role walks past row security; connect as pelak_app (DATABASE_URL).",
        )
    if record != (city.key, city.metric_srid):
        raise UnfitDatabase(
            fa="این پایگاه داده از آنِ شهر دیگری است؛ PELAK_CITY را درست کنید.",
            en=f"This database holds {record}, not {(city.key, city.metric_srid)}; set PELAK_CITY.",
        )


def refuse_unknown_roles() -> None:
    """
    Check that each role which is to need a second step of signing in is one: a misspelt one would need none.

    Raises
    ------
    UnfitCity
        When the city's `[sign_in] second_factor_roles` names another one.
    """
    unknown = sorted(settings.CITY.second_factor_roles - set(Role.values))
    if unknown:
        raise UnfitCity(
            fa=f"چنین نقشی نیست: {unknown[0]}؛ second_factor_roles را در city.toml درست کنید.",
            en=f"There is no role {unknown[0]}; correct second_factor_roles in city.toml.",
        )


#: So many new objects that hold others are waited for before garbage is looked for: about five answers.
NEW_OBJECTS = 20_000


def settle_memory() -> None:
    """
    What was loaded at the start stays: the collector of garbage passes it over, and looks at the rest seldom.

    An answer makes thousands of small objects, nearly all of which go without the collector; looking through
    them every few hundred took a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
