"""Turns an answer about a parcel and a choice of storeys into cost lines, by the tariffs in force."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any, Literal

from gis_core.constraints.parking import typical_units
from gis_core.formulas import Formula, amount, compiled
from gis_core.jalali import last_day_of_year, to_jalali
from gis_core.models import LegalStatus

AREA_STEP_M2 = Decimal("0.01")
PERMIT_STEP = "permit_issue"
APART_STEP = "before_certificate"
NO_TARIFF = "NO_TARIFF"


@dataclass(frozen=True)
class TariffInForce:
    """One fee as it stands on a day: its definition, where it comes from, until when (the day after)."""

    code: str
    version: int
    title_fa: str
    title_en: str
    definition: Mapping[str, Any]
    charged_at: str = ""
    legal_status: str = LegalStatus.IN_FORCE
    ruling: str = ""
    confidence: str = "C"
    source: str = ""
    source_title_fa: str = ""
    source_title_en: str = ""
    valid_until: date | None = None

    @cached_property
    def formula(self) -> Formula:
        """The definition, checked; the same text is checked once."""
        return _formula(json.dumps(self.definition, sort_keys=True))


@dataclass(frozen=True)
class PriceList:
    """The tariffs of a day with the official value of a square metre of land and of building at a place."""

    tariffs: tuple[TariffInForce, ...] = ()
    land_rial_m2: int | None = None
    building_rial_m2: int | None = None


@dataclass(frozen=True)
class Case:
    """
    What is to be built, as far as a fee asks for it.

    `bays` are the parking bays provided, `missing_bays` those that are needed beyond them.
    `assumed` names the values that nobody stated: an estimate must say them.
    """

    use: str | None
    units: int | None
    gross_area_m2: Decimal | None
    bays: int | None
    missing_bays: int | None
    land_rial_m2: int | None
    building_rial_m2: int | None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class CostLine:
    """
    One fee: whole rials and the formula with its numbers; or None with a machine code in `error`.

    `at` names the table or input that the error is about.
    """

    code: str
    title_fa: str
    title_en: str
    amount_rial: int | None
    formula_fa: str
    formula_en: str
    charged_at: str
    legal_status: str
    tariff_version: int
    source: str
    source_title_fa: str
    source_title_en: str
    confidence: str
    ruling: str = ""
    error: str | None = None
    at: str = ""


@dataclass(frozen=True)
class Estimate:
    """
    What a choice would cost: an estimate, never a bill.

    `lines` are charged at the permit, largest first, and add up to `total_rial`; `apart` must be
    settled besides. `unknown` lines have no amount, and while there is one there is no total.
    `annulled` is not charged and says why.
    """

    storeys: float
    lines: tuple[CostLine, ...]
    apart: tuple[CostLine, ...]
    unknown: tuple[CostLine, ...]
    annulled: tuple[CostLine, ...]
    total_rial: int | None
    reason: str | None
    case: Case
    on: date
    valid_until: date
    tariff_year: int

    @property
    def total_toman(self) -> int | None:
        """The total as people speak of it; a rest below ten rials is left out."""
        return None if self.total_rial is None else self.total_rial // 10


def estimates(
    document: Mapping[str, Any],
    prices: PriceList,
    policies: Mapping[str, Any],
    *,
    on: date,
    calendar: Literal["jalali", "gregorian"] = "jalali",
) -> dict[float, Estimate]:
    """The estimate of each choice of an evaluation document, by its number of storeys."""
    found = {}
    for choice in document["choices"]:
        case = assumed_case(choice, policies, prices)
        found[choice["storeys"]] = estimate(document, choice, case, prices.tariffs, on=on, calendar=calendar)
    return found


def assumed_case(choice: Mapping[str, Any], policies: Mapping[str, Any], prices: PriceList) -> Case:
    """
    The case behind a choice that nobody has described further, by the city's policies for estimates.

    `gross_over_counted` is gross floor area over the floor area that density counts;
    `typical_unit_m2` divides it into dwellings; all needed parking bays are taken as provided.
    A policy that is absent leaves its value unknown.
    """
    gross = None
    if "gross_over_counted" in policies:
        gross = _step(Decimal(str(choice["floor_area_m2"])) * Decimal(str(policies["gross_over_counted"])))
    typical = policies.get("typical_unit_m2")
    foreseen = None if typical is None else typical_units(choice["floor_area_m2"], float(typical))
    return Case(
        use=policies.get("use"),
        units=choice.get("units", foreseen),
        gross_area_m2=gross,
        bays=choice.get("parking_need"),
        missing_bays=None if choice.get("parking_need") is None else 0,
        land_rial_m2=prices.land_rial_m2,
        building_rial_m2=prices.building_rial_m2,
        assumed=("use", "units", "gross_area_m2", "bays"),
    )


def estimate(
    document: Mapping[str, Any],
    choice: Mapping[str, Any],
    case: Case,
    tariffs: Sequence[TariffInForce],
    *,
    on: date,
    calendar: Literal["jalali", "gregorian"] = "jalali",
) -> Estimate:
    """The cost lines of a choice, put together: what is due at the permit, what apart, what is not known."""
    lines = cost_lines(document, choice, case, tariffs, on=on)
    charged = [line for line in lines if line.legal_status == LegalStatus.IN_FORCE]
    priced = sorted((line for line in charged if line.amount_rial), key=lambda line: -(line.amount_rial or 0))
    due = tuple(line for line in priced if line.charged_at == PERMIT_STEP)
    unknown = tuple(line for line in charged if line.error)
    is_open = any(line.charged_at == PERMIT_STEP for line in unknown)
    total = sum(line.amount_rial or 0 for line in due)
    reason = NO_TARIFF if not tariffs else next((line.error for line in unknown if is_open), None)
    return Estimate(
        storeys=choice["storeys"],
        lines=due,
        apart=tuple(line for line in priced if line.charged_at == APART_STEP),
        unknown=unknown,
        annulled=tuple(line for line in lines if line.legal_status == LegalStatus.ANNULLED),
        total_rial=None if reason else total,
        reason=reason,
        case=case,
        on=on,
        valid_until=_valid_until(tariffs, on, calendar),
        tariff_year=to_jalali(on).year if calendar == "jalali" else on.year,
    )


def cost_lines(
    document: Mapping[str, Any],
    choice: Mapping[str, Any],
    case: Case,
    tariffs: Sequence[TariffInForce],
    *,
    on: date,
) -> tuple[CostLine, ...]:
    """
    One line for each tariff that is charged on the way to a permit and applies (or may apply) to the case.

    Pure: the evaluation document, the choice and the tariffs are values. Areas are rounded half up
    to 0.01 m² before they are charged. Nothing is guessed: see `CostLine.error`.
    """
    facts = _facts(document, choice, case, on)
    lines = []
    for tariff in tariffs:
        if tariff.charged_at not in (PERMIT_STEP, APART_STEP):
            continue
        formula = tariff.formula
        applies = formula.applies_when.holds(facts)
        if applies is not False:
            lines.append(_line(tariff, formula, facts, applies is None))
    return tuple(lines)


def as_document(found: Estimate) -> dict[str, Any]:
    """The estimate as a JSON object, as it is kept with a decision."""
    plain = asdict(found)
    for name in ("lines", "apart", "unknown", "annulled"):
        plain[name] = list(plain[name])
    plain["case"]["assumed"] = list(found.case.assumed)
    plain["case"]["gross_area_m2"] = _number_or_none(found.case.gross_area_m2)
    return plain | {
        "total_toman": found.total_toman,
        "on": found.on.isoformat(),
        "valid_until": found.valid_until.isoformat(),
    }


def _line(tariff: TariffInForce, formula: Formula, facts: Mapping[str, Any], in_doubt: bool) -> CostLine:
    found = amount(formula, facts)
    unknown_fact = next((name for name in sorted(formula.applies_when.facts) if facts.get(name) is None), "")
    return CostLine(
        code=tariff.code,
        title_fa=tariff.title_fa,
        title_en=tariff.title_en,
        amount_rial=None if in_doubt else found.amount_rial,
        formula_fa=found.formula_fa,
        formula_en=found.formula_en,
        charged_at=tariff.charged_at,
        legal_status=tariff.legal_status,
        tariff_version=tariff.version,
        source=tariff.source,
        source_title_fa=tariff.source_title_fa,
        source_title_en=tariff.source_title_en,
        confidence=tariff.confidence,
        ruling=tariff.ruling,
        error="MISSING_INPUT" if in_doubt else found.error,
        at=unknown_fact if in_doubt else found.at,
    )


def _facts(document: Mapping[str, Any], choice: Mapping[str, Any], case: Case, on: date) -> dict[str, Any]:
    return {
        "use": case.use,
        "units": case.units,
        "bays": case.bays,
        "missing_bays": case.missing_bays,
        "gross_area_m2": case.gross_area_m2,
        "built_area_m2": case.gross_area_m2,
        "deed_area_m2": _area(document, "deed_area_m2"),
        "net_area_m2": _area(document, "net_area_m2"),
        "land_value": case.land_rial_m2,
        "building_value": case.building_rial_m2,
        "storeys": _storeys(choice),
        "years": [
            {
                "year": to_jalali(on).year,
                "land_value": case.land_rial_m2,
                "building_value": case.building_rial_m2,
            }
        ],
    }


def _storeys(choice: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Storeys from the ground up, each with the footprint until the floor area is used up."""
    footprint, rest = _step(choice["footprint_m2"]), _step(choice["floor_area_m2"])
    storeys = []
    while rest > 0 and footprint > 0:
        storeys.append({"storey": len(storeys) + 1, "area_m2": min(footprint, rest)})
        rest -= footprint
    return storeys


def _area(document: Mapping[str, Any], key: str) -> Decimal | None:
    finding = document["findings"].get(key)
    if finding is None or finding["state"] == "unknown" or finding["value"] is None:
        return None
    return _step(finding["value"])


def _step(area_m2: float | Decimal) -> Decimal:
    return Decimal(str(area_m2)).quantize(AREA_STEP_M2, ROUND_HALF_UP)


def _valid_until(tariffs: Sequence[TariffInForce], on: date, calendar: str) -> date:
    year_end = last_day_of_year(on) if calendar == "jalali" else date(on.year, 12, 31)
    ends = [tariff.valid_until - timedelta(days=1) for tariff in tariffs if tariff.valid_until is not None]
    return min([year_end, *ends])


def _number_or_none(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@lru_cache(maxsize=256)
def _formula(definition_json: str) -> Formula:
    return compiled(json.loads(definition_json))
