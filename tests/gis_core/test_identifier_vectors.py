"""The published cases of identifiers, exactly."""

import pytest

from gis_core.bills import bill
from gis_core.identifiers import legal_id, national_code, parse_renovation_code, renovation_code
from tests.gis_core.vectors import cases, expected


def national_codes(case):
    padding = case["inputs"]["policy"]["padding"]
    return {"verdict": [national_code(code, padding).verdict for code in case["inputs"]["codes"]]}


def legal_ids(case):
    return {"verdict": [legal_id(code).verdict for code in case["inputs"]["codes"]]}


def bills(case):
    read = [bill(*pair) for pair in case["inputs"]["bills"]]
    return {
        "verdict": [one.verdict for one in read],
        "bill_amount_rial": [one.amount_rial for one in read],
        "service_type": [one.service_type for one in read],
    }


def renovation_codes(case):
    known = case["inputs"]["known_districts"]
    read = [renovation_code(code, known) for code in case["inputs"]["codes"]]
    codes = [one.canonical and parse_renovation_code(one.canonical) for one in read]
    return {
        "reading": [one.verdict for one in read],
        "canonical": [one.canonical for one in read],
        "level": [code and code.level for code in codes],
        "parcel": [code and str(code.parcel) for code in codes],
    }


READERS = {
    "NATIONAL_CODE": national_codes,
    "LEGAL_ID": legal_ids,
    "BILL": bills,
    "RENOVATION_CODE": renovation_codes,
}


@pytest.mark.parametrize("case", cases("identifiers.json", "IDENTIFIER"))
def test_identifiers_are_read_as_published(case):
    outputs = READERS[case["inputs"]["type"]](case)
    assert outputs == {output: expected(case, output) for output in case["expected"]}
