"""Asks axe-core whether everybody can use the page that is open in a browser."""

from typing import Any

from playwright.sync_api import Page

from conftest import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[tuple[str, Any]]:
    """The rules that the page breaks, each with the first place where it does."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("rules => axe.run(document, {runOnly: rules})", WCAG_22_AA)
    return [(entry["id"], entry["nodes"][0]["html"]) for entry in result["violations"]]
