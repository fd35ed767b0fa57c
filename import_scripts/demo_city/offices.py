"""About 35 counter offices: some in every district, with services, hours and capacity."""

from datetime import time

import numpy as np
import pandas as pd
import shapely

from import_scripts.demo_city import names as pools
from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.city import DemoCity, lineage
from import_scripts.demo_city.latin import in_latin

COUNT = 35
EVERYWHERE = ["IQ-11", "IQ-04", "IQ-02", "CT-04"]
SOMEWHERE = ["PB-09", "PB-11"]
WORKDAYS, THURSDAY = (6, 7, 1, 2, 3), 4


def offices(city: DemoCity) -> pd.DataFrame:
    """Offices at the fronts of lots on wide streets: every district has two, the largest three."""
    rng = np.random.default_rng([city.seed, 41])
    lots = city.parcels
    districts = sorted(lots["district"].unique())
    sizes = lots.groupby("district").size()
    share = dict.fromkeys(districts, 2)
    for district in sizes.sort_values(ascending=False).index[: COUNT - 2 * len(districts)]:
        share[district] += 1
    given = pools.names([name for name in pools.PLACES if "‌" not in name], rng)
    rows = []
    for district in districts:
        own = lots[(lots["district"] == district) & (lots["surveyed_area_m2"].between(90, 600))]
        chosen = rng.choice(len(own), min(share[district], len(own)), replace=False)
        rows += [(district, own.iloc[int(k)]["geometry"], next(given)) for k in chosen]
    frame = pd.DataFrame(rows, columns=["district", "lot", "name"])
    frame["code"] = [f"D{number + 1:02d}" for number in range(len(frame))]
    frame["lineage"] = [lineage(city.seed, "office", code) for code in frame["code"]]
    frame["name_fa"] = "دفتر پیشخوان " + frame["name"]
    frame["name_en"] = [in_latin(name) for name in frame["name_fa"]]
    frame["district_code"] = frame["district"].astype(str)
    frame["phone"] = [f"031{36000000 + int(n)}" for n in rng.integers(0, 999_999, len(frame))]
    frame["daily_capacity"] = rng.choice([8, 10, 12, 14, 16], len(frame))
    frame["service_codes"] = [_services(rng, every=d == ref.DISTRICT) for d in frame["district"]]
    frame["geometry"] = shapely.point_on_surface(frame["lot"].to_numpy())
    return frame.drop(columns=["lot", "name", "district"])


def opening_hours(city: DemoCity, codes: pd.Series) -> pd.DataFrame:
    """Saturday to Wednesday in the morning, some also in the afternoon; half of them on Thursday."""
    rng = np.random.default_rng([city.seed, 42])
    rows = []
    for code in codes:
        closes = time(int(rng.choice([13, 14, 14, 15])), 30 if rng.random() < 0.5 else 0)
        rows += [(code, day, time(7, 30), closes) for day in WORKDAYS]
        if rng.random() < 0.35:
            rows += [(code, day, time(16, 0), time(19, 0)) for day in WORKDAYS]
        if rng.random() < 0.5:
            rows.append((code, THURSDAY, time(8, 0), time(12, 30)))
    return pd.DataFrame(rows, columns=["office_code", "weekday", "opens", "closes"])


def _services(rng: np.random.Generator, *, every: bool) -> list[str]:
    """What an office offers; those of the reference lot's district offer everything."""
    return [*EVERYWHERE, *(code for code in SOMEWHERE if rng.random() < 0.6 or every)]
