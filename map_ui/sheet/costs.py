"""What one choice would cost, line by line, as it is shown."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording
from map_ui.sheet.parts import Cost, CostLine
from parcels.fees.calculate import CostLine as EstimateLine
from parcels.fees.calculate import Estimate


def cost(found: Estimate) -> Cost:
    """An estimate (parcels/fees/calculate.py) as it is shown: largest line first, rial and toman."""
    total, toman = found.total_rial, found.total_toman
    return Cost(
        lines=tuple(map(_cost_line, found.lines)),
        apart=tuple(map(_cost_line, found.apart)),
        unknown=tuple(map(_cost_line, found.unknown)),
        annulled=tuple(map(_cost_line, found.annulled)),
        total="" if total is None else wording.number(total),
        toman="" if toman is None else wording.number(toman),
        short="" if toman is None else wording.millions(toman),
        tariff_year=wording.digits(str(found.tariff_year)),
        valid_until=found.valid_until,
        assumed=_assumed(found),
        reason=wording.cost_trouble(found.reason) if found.reason else "",
    )


def _cost_line(line: EstimateLine) -> CostLine:
    source = wording.in_language(line.source_title_fa, line.source_title_en)
    troubled = wording.cost_trouble(line.error) if line.error else wording.digits(line.ruling)
    return CostLine(
        title=wording.in_language(line.title_fa, line.title_en),
        amount="" if line.amount_rial is None else wording.number(line.amount_rial),
        formula=wording.formula(wording.in_language(line.formula_fa, line.formula_en)),
        source=_("%(source)s, version %(version)s")
        % {"source": source or line.code, "version": wording.number(line.tariff_version)},
        sentence=troubled,
    )


def _assumed(found: Estimate) -> str:
    """What the estimate takes for granted, in words; empty when somebody stated it all."""
    case = found.case
    parts = []
    if "units" in case.assumed and case.units is not None:
        dwellings = ngettext("%(count)s dwelling", "%(count)s dwellings", case.units)
        parts.append(dwellings % {"count": wording.number(case.units)})
    if "gross_area_m2" in case.assumed and case.gross_area_m2 is not None:
        parts.append(_("%(area)s m² gross") % {"area": wording.number(case.gross_area_m2)})
    if "bays" in case.assumed and case.bays is not None:
        bays = ngettext("%(count)s parking bay", "%(count)s parking bays", case.bays)
        parts.append(bays % {"count": wording.number(case.bays)})
    return _("Assumed: %(parts)s.") % {"parts": wording.listed(parts)} if parts else ""
