"""What a sheet consists of: frozen values, in the language of the page, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from map_ui.accounts import Account, Quantity


@dataclass(frozen=True)
class Place:
    """Where the parcel is, in words, and the plan that is asked."""

    key: str
    key_label: str
    title: str
    district: str = ""
    plan: str = ""
    plan_since: date | None = None
    on: date | None = None
    is_today: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HeadNumber:
    """One of the four numbers: its name, value, the line that says what binds it, and its account."""

    name: str
    quantity: Quantity | None
    line: str
    account: Account


@dataclass(frozen=True)
class Listed:
    """One entry of a list: a mark, a name, a figure at the far edge, a sentence under it; a zone's code."""

    mark: str
    name: str
    figure: str = ""
    sentence: str = ""
    key: str = ""
    anchor: str = ""
    zone: str = ""


@dataclass(frozen=True)
class Measured:
    """One of the areas set side by side: its name, its figure (empty: not known), what the figure means."""

    key: str
    name: str
    figure: str
    note: str = ""


@dataclass(frozen=True)
class CostLine:
    """One line of the cost, with its formula; without an amount, the sentence that says why."""

    title: str
    amount: str
    formula: str
    source: str
    sentence: str = ""


@dataclass(frozen=True)
class Cost:
    """What one choice would cost: an estimate with its last day; without a total, why there is none."""

    lines: tuple[CostLine, ...]
    apart: tuple[CostLine, ...]
    unknown: tuple[CostLine, ...]
    annulled: tuple[CostLine, ...]
    total: str
    toman: str
    short: str
    tariff_year: str
    valid_until: date
    assumed: str
    reason: str


@dataclass(frozen=True)
class ChoiceView:
    """One number of storeys and what it gives."""

    storeys: float
    value: str
    label: str
    discretionary: bool
    chosen: bool
    floor_area: str
    units: str
    parking: str
    parking_line: str
    parking_short: bool
    note: str
    cost: Cost | None
    footprint: str = ""
    height: str = ""
    light: str = ""
    floor_area_figure: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything the sheet says, in the language of the page, in the order in which it is read."""

    place: Place
    verdict: str
    verdict_short: str
    verdict_known: bool
    unknown_line: str
    numbers: tuple[HeadNumber, ...]
    areas: tuple[Measured, ...]
    choices: tuple[ChoiceView, ...]
    choice_note: str
    unknown: tuple[Listed, ...]
    concerns: tuple[Listed, ...]
    clear: tuple[Listed, ...]
    clear_line: str
    accounts: tuple[Account, ...]
    without_permit: bool = False

    @property
    def chosen(self) -> ChoiceView | None:
        """The choice that is shown."""
        return next((choice for choice in self.choices if choice.chosen), None)
