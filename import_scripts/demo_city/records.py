"""The property files: what the invented municipality has on record of each lot, on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.city import DemoCity
from import_scripts.demo_city.owners import on_record

WITHOUT_RECORD = 0.15
VIOLATIONS = ("احداث بنای مازاد بر پروانه", "تغییر کاربری پارکینگ", "پیش‌آمدگی غیرمجاز", "کسری پارکینگ")


@dataclass(frozen=True)
class Records:
    """Frames named like their tables; `file` in the last three is the row number in `files`."""

    files: pd.DataFrame
    certificates: pd.DataFrame
    violations: pd.DataFrame
    debts: pd.DataFrame


def records(city: DemoCity, *, on: date) -> Records:
    """Files of about 85 % of the lots, most with a recent inspection, a certificate and paid fees."""
    rng = np.random.default_rng([city.seed, 61])
    lots = city.parcels
    has = (rng.random(len(lots)) > WITHOUT_RECORD) | (lots["key"] == ref.KEY).to_numpy()
    own = lots[has].reset_index(drop=True)
    count, clean = len(own), (own["key"] == ref.KEY).to_numpy()
    recent = (rng.random(count) < 0.86) | clean
    days = np.where(recent, rng.integers(15, 340, count), rng.integers(400, 2600, count))
    inspected = [on - timedelta(days=int(d)) for d in days]
    files = pd.DataFrame(
        {
            "parcel_lineage": own["lineage"],
            "file_no": [f"{d}{n:07d}" for d, n in zip(own["district"], range(1, count + 1), strict=True)],
            "last_inspected_on": inspected,
            "stop_order": (rng.random(count) < 0.006) & ~clean,
            "owner_indexes": on_record(own, np.random.default_rng([city.seed, 62])),
        }
    )
    return Records(
        files,
        _certificates(inspected, clean, rng),
        _violations(count, clean, on, rng),
        _debts(count, clean, on, rng),
    )


def _certificates(inspected: list[date], clean: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    chance = rng.random(len(inspected))
    kinds = np.where(chance < 0.5, "completion", np.where(chance < 0.78, "no_violation", "visit"))
    kept = (rng.random(len(inspected)) < 0.94) | clean
    rows = [
        (
            k,
            kinds[k],
            f"{kinds[k][0].upper()}-{k + 1:07d}",
            inspected[k] + timedelta(days=int(rng.integers(1, 12))),
        )
        for k in np.flatnonzero(kept)
    ]
    return pd.DataFrame(rows, columns=["file", "kind", "number", "issued_on"])


def _violations(count: int, clean: np.ndarray, on: date, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for k in np.flatnonzero((rng.random(count) < 0.05) & ~clean):
        opened = on - timedelta(days=int(rng.integers(60, 2500)))
        settled = opened + timedelta(days=int(rng.integers(20, 50))) if rng.random() < 0.4 else None
        rows.append((k, str(rng.choice(VIOLATIONS)), opened, settled))
    return pd.DataFrame(rows, columns=["file", "kind", "opened_on", "settled_on"])


def _debts(count: int, clean: np.ndarray, on: date, rng: np.random.Generator) -> pd.DataFrame:
    year = on.year - 621 - (0 if (on.month, on.day) >= (3, 21) else 1)
    rows = []
    for k in range(count):
        amount = int(rng.integers(900, 19_000)) * 1000
        unpaid = rng.random() < 0.09 and not clean[k]
        rows.append(
            (k, "F-01", year, amount, None if unpaid else on - timedelta(days=int(rng.integers(5, 200))))
        )
    return pd.DataFrame(rows, columns=["file", "fee_code", "year", "amount_rial", "paid_on"])
