"""Refuses to serve from a database that is another city's, or with a role that could walk past its walls."""

from django.conf import settings
from django.db import connection

from gis_core.errors import Trouble


class UnfitDatabase(Trouble):
    """This process must not serve from this database."""

    code = "UNFIT_DATABASE"
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
