"""Sums the evaluated lots up by block and by district, in the database where they lie."""

from django.db import connection

from parcels.city_wide.models import AreaEvaluation, CityEvaluation

#: A lot that names no block belongs to a cell of this size: metres.
CELL_M = 200
#: Points of neighbours nearer than this are one: an exact union at metric coordinates may fail. Metres.
UNION_GRID_M = 0.05

_CODE = {
    AreaEvaluation.Level.DISTRICT: "p.district_code",
    AreaEvaluation.Level.BLOCK: (
        "coalesce(nullif(p.block_code, ''), concat_ws('/',"
        f" floor(ST_X(ST_Centroid(p.geometry)) / {CELL_M}), floor(ST_Y(ST_Centroid(p.geometry)) / {CELL_M})))"
    ),
}
_GROUND = {
    AreaEvaluation.Level.DISTRICT: "NULL::geometry",
    AreaEvaluation.Level.BLOCK: f"ST_UnaryUnion(ST_Collect(geometry), {UNION_GRID_M})",
}
_SUMS = """
WITH lots AS (
    SELECT {code} AS code, p.district_code AS district, p.geometry,
           coalesce(e.net_area_m2, p.surveyed_area_m2) AS weight_m2, e.*
      FROM city_wide_lotevaluation e JOIN parcels_parcel p ON p.id = e.parcel_id
     WHERE e.city_evaluation_id = %(city)s),
reasons AS (
    SELECT code, district, jsonb_object_agg(reason, told) AS told
      FROM (SELECT code, district, reason, count(*) AS told
              FROM lots, unnest(unknown_reasons) AS reason GROUP BY 1, 2, 3) counted GROUP BY 1, 2),
rules AS (
    SELECT code, district, jsonb_object_agg(rule, told) AS told
      FROM (SELECT code, district, rule, count(*) AS told
              FROM lots, unnest(conflict_rules) AS rule GROUP BY 1, 2, 3) counted GROUP BY 1, 2),
sums AS (
    SELECT code, district, count(*) AS lots,
           count(*) FILTER (WHERE reachable_floor_area_m2 IS NULL) AS unknown_lots,
           count(*) FILTER (WHERE conflicts <> '{{}}') AS conflict_lots,
           count(*) FILTER (WHERE far_percent IS NULL) AS far_unknown_lots,
           sum(far_percent * weight_m2) / nullif(sum(weight_m2) FILTER (WHERE far_percent IS NOT NULL), 0)
               AS far_percent,
           100 * sum(reachable_floor_area_m2)
               / nullif(sum(weight_m2) FILTER (WHERE reachable_floor_area_m2 IS NOT NULL), 0)
               AS reachable_percent,
           sum(reachable_floor_area_m2) AS floor_area_m2,
           {ground} AS geometry
      FROM lots GROUP BY code, district)
INSERT INTO city_wide_areaevaluation
       (city_evaluation_id, level, code, district_code, lots, unknown_lots, conflict_lots, far_unknown_lots,
        far_percent, reachable_percent, floor_area_m2, unknown_reasons, conflict_rules, geometry)
SELECT %(city)s, %(level)s, s.code, s.district, s.lots, s.unknown_lots, s.conflict_lots, s.far_unknown_lots,
       s.far_percent, s.reachable_percent, s.floor_area_m2,
       coalesce(why.told, '{{}}'), coalesce(r.told, '{{}}'), s.geometry
  FROM sums s
  LEFT JOIN reasons why USING (code, district)
  LEFT JOIN rules r USING (code, district)
"""


def sum_up(city: CityEvaluation) -> None:
    """Fill the rows of blocks and districts of an evaluated city from the rows of its lots."""
    for level in AreaEvaluation.Level:
        with connection.cursor() as cursor:
            cursor.execute(
                _SUMS.format(code=_CODE[level], ground=_GROUND[level]),
                {"city": city.pk, "level": level.value},
            )
