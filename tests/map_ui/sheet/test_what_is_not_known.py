"""Whatever the reason why an overlay is not known, the sheet lists it as unknown, with that reason."""

import pytest
from django.utils import translation

from gis_core.constraints.findings import as_document
from map_ui import reason_texts
from map_ui.sheet.compose import sheet
from map_ui.sheet.parts import Place
from tests.gis_core.constraints.test_four_values import (
    BOW_TIE,
    FAR_OFF,
    RESTRICTING,
    TROUBLES,
    judged,
)

PLACE = Place("", "", "")
CASES = [
    *((name, FAR_OFF, RESTRICTING["NO_BUILD"][0], layer) for name, (layer, _) in TROUBLES.items()),
    ("invalid feature", BOW_TIE, RESTRICTING["NO_BUILD"][0], None),
    ("no rule", FAR_OFF, None, None),
]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(("name", "shape", "rule", "layer"), CASES, ids=[case[0] for case in CASES])
def test_an_overlay_that_is_not_known_is_listed_as_unknown_and_nowhere_else(
    name, shape, rule, layer, language
):
    surveyed = () if name in ("invalid feature", "no rule") else (layer,)
    document = as_document(judged(shape, rule, *surveyed))
    (overlay,) = document["overlays"]
    assert overlay["state"] == "unknown"
    with translation.override(language):
        told = sheet(document, PLACE)
        assert "works" in [entry.key for entry in told.unknown]
        assert "works" not in [entry.key for entry in (*told.clear, *told.concerns)]
        (entry,) = [entry for entry in told.unknown if entry.key == "works"]
        assert reason_texts.reason(overlay["reason"]) in entry.sentence
