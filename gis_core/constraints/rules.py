"""Holds rules as values, and says which rule of a set holds for a zone on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from gis_core.constraints.findings import Reason, RuleReference

#: Kinds of which all rules that hold count together; of the others the nearest one holds.
TOGETHER = frozenset({"STOREY", "BUFFER", "PLANNED_STREET", "RASTER"})


@dataclass(frozen=True)
class Rule:
    """One rule: its kind, where it holds, its parameters (README.md), and what it rests on."""

    code: str
    kind: str
    params: Mapping[str, Any]
    zone_code: str = ""
    area_basis: str = ""
    rank: int = 50
    version: int = 1
    article: str = ""
    source_code: str = ""
    source_title_fa: str = ""
    source_title_en: str = ""
    confidence: str = "C"
    legal_status: str = "in_force"
    valid_from: date | None = None
    valid_to: date | None = None

    @cached_property
    def reference(self) -> RuleReference:
        """The rule as it is cited in findings."""
        return RuleReference(
            code=self.code,
            kind=self.kind,
            version=self.version,
            article=self.article,
            source_code=self.source_code,
            source_title_fa=self.source_title_fa,
            source_title_en=self.source_title_en,
            confidence=self.confidence,
            legal_status=self.legal_status,
            valid_from=self.valid_from.isoformat() if self.valid_from else None,
        )

    def holds_on(self, day: date) -> bool:
        """Whether the rule is law on a day: in force, and the day within its period `[from, to)`."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_to is not None and self.valid_to <= day
        return self.legal_status == "in_force" and begun and not ended


@dataclass(frozen=True)
class Picked:
    """
    The rule that holds, or none; and why not: `conflict`, rules of equal rank that contradict each other.

    `apart`: the zones that were asked for have different rules, and nobody has said which of them holds.
    """

    rule: Rule | None = None
    conflict: tuple[Rule, ...] = ()
    apart: bool = False

    def why_none(self, kind: str, zone_code: str = "") -> Reason:
        """
        Why no rule holds: none is there, several contradict each other, or zones have different ones.

        Examples
        --------
        >>> Picked().why_none("FAR", "R121")
        Reason(code='NO_RULE', args={'kind': 'FAR', 'zone': 'R121'})
        """
        if self.conflict:
            return contradiction(self.conflict)
        if self.apart:
            return Reason("MULTI_ZONE")
        return Reason("NO_RULE", {"kind": kind, "zone": zone_code} if zone_code else {"kind": kind})


def contradiction(rules: Sequence[Rule]) -> Reason:
    """
    That rules contradict each other: their codes and, where any is told, their articles in the same order.

    Examples
    --------
    >>> contradiction([Rule("PLAN", "FAR", {}), Rule("CIRCULAR", "FAR", {}, article="Article 3")]).args
    {'rules': ['PLAN', 'CIRCULAR'], 'articles': ['', 'Article 3']}
    """
    return Reason("RULES_CONFLICT", _named([(rule.code, rule.article) for rule in rules]))


def no_row(kind: str, rule: Rule | None = None) -> Reason:
    """
    That the table of a rule has no row; which rule, where one is told, and its article.

    Examples
    --------
    >>> no_row("PARK", Rule("BAYS", "PARK", {}, article="Article 9")).args
    {'kind': 'PARK', 'rules': ['BAYS'], 'articles': ['Article 9']}
    """
    return Reason("NO_ROW", {"kind": kind, **(_named([(rule.code, rule.article)]) if rule else {})})


def _named(rules: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Codes of rules and, where any is told, their articles in the same order."""
    codes, articles = ([row[at] for row in rules] for at in (0, 1))
    return {"rules": codes, "articles": articles} if any(articles) else {"rules": codes}


def one_of(picked: Sequence[Picked]) -> Picked:
    """What is the same for all zones; contradictions stand, different rules leave none."""
    first = picked[0]
    contradicting = {id(rule): rule for one in picked for rule in one.conflict}
    if contradicting:
        return Picked(None, tuple(contradicting.values()))
    return first if all(_same(first.rule, one.rule) for one in picked) else Picked(apart=True)


def _same(one: Rule | None, other: Rule | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (one.params, one.area_basis) == (other.params, other.area_basis)


#: Rules that bind together, and those that contradict each other.
Ranked = tuple[list[Rule], tuple[Rule, ...]]


@dataclass(frozen=True)
class RuleSet:
    """
    The rules that hold on one day.

    Examples
    --------
    >>> rules = RuleSet.on_day([Rule("A", "FAR", {"far_percent": 240}, zone_code="R121")], date(2026, 11, 21))
    >>> rules.pick("FAR", "R121").rule.code, rules.pick("FAR", "R122").rule
    ('A', None)
    """

    rules: tuple[Rule, ...] = ()
    _picked: dict[tuple[str, ...], Picked] = field(default_factory=dict, compare=False, repr=False)
    _ranked: dict[tuple[str, ...], Ranked] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def on_day(cls, rules: Iterable[Rule], day: date) -> "RuleSet":
        """The rules among these that hold on a day, in the order of rank and code."""
        return cls.of(rule for rule in rules if rule.holds_on(day))

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "RuleSet":
        """These rules, in the order of rank and code."""
        return cls(tuple(sorted(rules, key=lambda rule: (rule.rank, rule.code, rule.zone_code))))

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Rule]]:
        found: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rules:
            found.setdefault((rule.kind, rule.zone_code), []).append(rule)
        return found

    @cached_property
    def _by_kind(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.kind, []).append(rule)
        return found

    def pick(self, kind: str, zone_code: str = "") -> Picked:
        """The rule of a kind for a zone: its own, otherwise the one that holds everywhere."""
        key = (kind, zone_code)
        if key not in self._picked:
            self._picked[key] = _nearest(self._holding(kind, zone_code))
        return self._picked[key]

    def maxima(self, kind: str, zone_code: str) -> tuple[Rule, ...]:
        """
        The rules of a kind whose maxima bind together in a zone, the least of them; rules alike are one.

        Source: rules.md section 21.

        Examples
        --------
        >>> circular = Rule("CIRCULAR", "FAR", {"far_percent": 200}, zone_code="R121", rank=60)
        >>> plan = Rule("PLAN", "FAR", {"far_percent": 240}, zone_code="R121", rank=40)
        >>> rules = RuleSet.on_day([circular, plan], date(2026, 11, 21))
        >>> [rule.code for rule in rules.maxima("FAR", "R121")]
        ['PLAN', 'CIRCULAR']
        """
        holding = self._holding(kind, zone_code)
        return tuple(holding[:1] if all(_same(rule, holding[0]) for rule in holding) else holding)

    @cached_property
    def equal_rank_conflict(self) -> str:
        """When two rules of equal rank that differ conflict: ALWAYS, unless the city's CONFLICT rule says."""
        # Policies that contradict each other leave every contradiction to a person.
        policy = self.pick("CONFLICT").rule
        return str(policy.params["equal_rank_conflict"]) if policy else "ALWAYS"

    def cited(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """
        Codes of rules and, where any is told, their articles in the same order.

        Examples
        --------
        >>> RuleSet((Rule("WIDTHS", "STOREY", {}, article="Table 3"),)).cited(["WIDTHS", "airport"])
        {'rules': ['WIDTHS', 'airport'], 'articles': ['Table 3', '']}
        """
        return _named([(code, self._articles.get(code, "")) for code in codes])

    @cached_property
    def _articles(self) -> dict[str, str]:
        return {rule.code: rule.article for rule in self.rules}

    def each_rank(self, kind: str, zone_code: str) -> Ranked:
        """
        The rule of each rank that holds for a zone, all of which bind together; and those that contradict.

        Of hard envelopes the law asks for the intersection. Source: rules.md section 21.
        """
        key = (kind, zone_code)
        if key not in self._ranked:
            holding = self._holding(kind, zone_code)
            by_rank = [_nearest([rule for rule in holding if rule.rank == rank]) for rank in _ranks(holding)]
            conflict = tuple(rule for picked in by_rank for rule in picked.conflict)
            self._ranked[key] = [one.rule for one in by_rank if one.rule is not None], conflict
        return self._ranked[key]

    def _holding(self, kind: str, zone_code: str) -> list[Rule]:
        """The zone's own rules of a kind with those of higher rank that hold everywhere; or the latter."""
        everywhere = self._by_place.get((kind, ""), [])
        own = self._by_place.get((kind, zone_code), []) if zone_code else []
        if not own:
            return everywhere
        return [rule for rule in everywhere if rule.rank < own[0].rank] + own

    def of_zones(self, kind: str, zone_codes: Iterable[str]) -> Picked:
        """
        The rule of a kind on a lot that lies in these zones; in none, the one that holds everywhere.

        Examples
        --------
        >>> rules = RuleSet.of([Rule("A", "PARK", {"m2_per_bay": 25}, "R121"), Rule("B", "PARK", {}, "R122")])
        >>> rules.of_zones("PARK", ["R121", "R122"])
        Picked(rule=None, conflict=(), apart=True)
        """
        codes = sorted(set(zone_codes))
        return one_of([self.pick(kind, code) for code in codes]) if codes else self.pick(kind)

    def of_any_zone(self, kind: str) -> Picked:
        """The rule of a kind where the zone is not known: only what is the same in every zone holds."""
        return self.of_zones(kind, {"", *self.zones_with(kind)})

    def zones_with(self, kind: str) -> tuple[str, ...]:
        """Codes of the zones that have rules of their own of a kind."""
        return tuple({rule.zone_code: None for rule in self._by_kind.get(kind, ()) if rule.zone_code})

    def together(self, kind: str, zone_code: str = "") -> list[Rule]:
        """All rules of a kind that hold for a zone, those that hold everywhere included."""
        own = self._by_place.get((kind, zone_code), []) if zone_code else []
        return own + self._by_place.get((kind, ""), [])

    def of_kind(self, kind: str) -> list[Rule]:
        """All rules of a kind, for whatever zone."""
        return list(self._by_kind.get(kind, ()))


def _ranks(rules: list[Rule]) -> list[int]:
    return sorted({rule.rank for rule in rules})


def _nearest(rules: list[Rule]) -> Picked:
    """The rule of the highest rank; several of that rank with different content conflict."""
    if not rules:
        return Picked()
    first = [rule for rule in rules if rule.rank == rules[0].rank]
    if any((rule.params, rule.area_basis) != (first[0].params, first[0].area_basis) for rule in first):
        return Picked(None, tuple(first))
    return Picked(first[0])
