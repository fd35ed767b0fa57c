"""Sums the evaluated lots up by block, by district and as a whole, in the database where they lie."""

import shapely
from django.db import connection

from gis_core import crs
from parcels.city_wide.grounds import ground_of
from parcels.city_wide.models import AreaEvaluation, CityEvaluation
from parcels.city_wide.run import Progress

#: A lot that names no block belongs to a cell of this size: metres.
CELL_M = 200
#: So many blocks get their ground at a time.
TOGETHER = 1000

_BLOCK = (
    "coalesce(nullif(p.block_code, ''), concat_ws('/',"
    f" floor(ST_X(ST_Centroid(p.geometry)) / {CELL_M}), floor(ST_Y(ST_Centroid(p.geometry)) / {CELL_M})))"
)
#: By which code the lots of each level are grouped.
_CODE = {AreaEvaluation.Level.DISTRICT: "p.district_code", AreaEvaluation.Level.BLOCK: _BLOCK}
_TOTALS = """
           count(*) AS lots,
           count(*) FILTER (WHERE reachable_floor_area_m2 IS NULL) AS unknown_lots,
           count(*) FILTER (WHERE conflicts <> '{}') AS conflict_lots,
           count(*) FILTER (WHERE far_percent IS NULL) AS far_unknown_lots,
           sum(far_percent * weight_m2) / nullif(sum(weight_m2) FILTER (WHERE far_percent IS NOT NULL), 0)
               AS far_percent,
           100 * sum(reachable_floor_area_m2)
               / nullif(sum(weight_m2) FILTER (WHERE reachable_floor_area_m2 IS NOT NULL), 0)
               AS reachable_percent,
           sum(reachable_floor_area_m2) AS floor_area_m2
"""
_SUMS = """
WITH lots AS (
    SELECT {code} AS code, p.district_code AS district,
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
    SELECT code, district, {totals}
      FROM lots GROUP BY code, district)
INSERT INTO city_wide_areaevaluation
       (city_evaluation_id, level, code, district_code, lots, unknown_lots, conflict_lots, far_unknown_lots,
        far_percent, reachable_percent, floor_area_m2, unknown_reasons, conflict_rules)
SELECT %(city)s, %(level)s, s.code, s.district, s.lots, s.unknown_lots, s.conflict_lots, s.far_unknown_lots,
       s.far_percent, s.reachable_percent, s.floor_area_m2,
       coalesce(why.told, '{{}}'), coalesce(r.told, '{{}}')
  FROM sums s
  LEFT JOIN reasons why USING (code, district)
  LEFT JOIN rules r USING (code, district)
"""
_WHOLE = f"""
INSERT INTO city_wide_areaevaluation
       (city_evaluation_id, level, code, district_code, unknown_reasons, conflict_rules,
        lots, unknown_lots, conflict_lots, far_unknown_lots, far_percent, reachable_percent, floor_area_m2)
SELECT %(city)s, %(level)s, '', '', '{{}}', '{{}}', {_TOTALS}
  FROM (SELECT e.*, coalesce(e.net_area_m2, p.surveyed_area_m2) AS weight_m2
          FROM city_wide_lotevaluation e JOIN parcels_parcel p ON p.id = e.parcel_id
         WHERE e.city_evaluation_id = %(city)s) lots
"""
#: The lots of each block, as its ground is made of them.
_BLOCKS = f"""
SELECT {_BLOCK} AS code, p.district_code, array_agg(ST_AsBinary(p.geometry))
  FROM city_wide_lotevaluation e JOIN parcels_parcel p ON p.id = e.parcel_id
 WHERE e.city_evaluation_id = %s GROUP BY 1, 2
"""
_GIVE_GROUND = """
UPDATE city_wide_areaevaluation a SET geometry = ST_GeomFromWKB(g.shape, %(srid)s)
  FROM unnest(%(codes)s::text[], %(districts)s::text[], %(shapes)s::bytea[]) AS g (code, district, shape)
 WHERE a.city_evaluation_id = %(city)s AND a.level = 'block'
   AND a.code = g.code AND a.district_code = g.district
"""


def sum_up(city: CityEvaluation, progress: Progress = lambda *_: None) -> None:
    """Fill the rows of blocks, districts and the whole of an evaluated city from the rows of its lots."""
    with connection.cursor() as cursor:
        for level, code in _CODE.items():
            summed = _SUMS.format(code=code, totals=_TOTALS)
            cursor.execute(summed, {"city": city.pk, "level": level.value})
        cursor.execute(_WHOLE, {"city": city.pk, "level": AreaEvaluation.Level.CITY.value})
    _give_grounds(city, progress)


def _give_grounds(city: CityEvaluation, progress: Progress) -> None:
    """Give each block its ground; the blocks are read a few at a time, as many as there may be."""
    ready = 0
    with connection.chunked_cursor() as blocks, connection.cursor() as cursor:
        blocks.execute(_BLOCKS, [city.pk])
        while rows := blocks.fetchmany(TOGETHER):
            codes, districts, lots = zip(*rows, strict=True)
            cursor.execute(
                _GIVE_GROUND,
                {
                    "codes": list(codes),
                    "districts": list(districts),
                    "shapes": [shapely.to_wkb(ground_of(shapely.from_wkb(shapes))) for shapes in lots],
                    "srid": crs.metric_srid(),
                    "city": city.pk,
                },
            )
            ready += sum(map(len, lots))
            progress("blocks", ready, city.lots)
