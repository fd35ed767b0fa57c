"""Issued papers: what stands on them, how they are verified, and what never reaches them."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import shapely
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader
from shapely.geometry import shape
from weasyprint.urls import FatalURLFetchingError

from gis_core.city import ROOT
from gis_core.constraints.verify import check
from gis_core.personal_data import seal
from gis_core.signing import sign
from layers.models import Layer, OverlayFeature
from map_ui.documents import issued, statements
from map_ui.documents.paper_plan import texts
from map_ui.documents.pdf import OnlyOurFont, pdf_of, with_isolates
from map_ui.documents.qr import qr_svg_address
from parcels.fees.calculate import as_document, estimates
from parcels.models import IssuedEvaluation
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Applicant, Decision, Service, ServiceRequest
from parcels.writing_down import fingerprint
from tests.builders import LONG_AGO, ORIGIN, geos, plot, published_layer, rule
from tests.parcels.fees.test_calculate import DEMO, SAMPLE
from tests.parcels.service_requests.situations import (
    NEGAR,
    TODAY,
    lot_in_a_zone,
    owes,
    property_file,
    someone,
    submission,
)

pytestmark = pytest.mark.django_db

KEY = "3-2-45-17-0-0-0"
REFERENCE = json.loads((ROOT / "tests/data/reference_lot_evaluation.json").read_text(encoding="utf-8"))
ON = date.fromisoformat(REFERENCE["on"])
RECORD = {
    "file_no": "3-4517",
    "last_inspected_on": "2026-09-01",
    "papers": [{"kind": "completion", "number": "1402/118", "issued_on": "2023-07-28"}],
    "open_violations": [],
    "stop_order": False,
    "debt_rial": 0,
}


@pytest.fixture(autouse=True)
def signing_folder(settings, tmp_path):
    """The signing key of the test lives and dies with it."""
    settings.VAR = tmp_path


def lot():
    return plot(shape(REFERENCE["geometries"]["parcel"]), KEY, district_code="3")


def decision(output="drawing_permission", **values) -> Decision:
    """A decision on the reference lot, frozen and signed as the service does it."""
    parcel = lot()
    service = Service.objects.filter(output=output).first() or Service.objects.create(
        code="PB-09", title_fa="خدمت", title_en="Service", decision="instant", output=output
    )
    asked = ServiceRequest.objects.create(
        tracking_code="T7K3-MQ84", service=service, parcel=parcel, chosen_storeys=4, state="answered_instant"
    )
    kept = IssuedEvaluation.objects.create(
        parcel=parcel,
        on=ON,
        known_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        engine_version="1.0.0",
        inputs={},
        document=REFERENCE,
        sha256="",
    )
    found = estimates(REFERENCE, SAMPLE, DEMO.policies["estimate"], on=ON)[4]
    facts = {"code": "PK7-3MQ-84R", "estimates": [as_document(found)], "record": RECORD}
    facts["evaluation"] = {"sha256": fingerprint(kept.inputs, kept.document)}
    signed = sign(facts)
    return Decision.objects.create(
        code="PK7-3MQ-84R",
        request=asked,
        outcome=values.pop("outcome", "answered"),
        instant=True,
        evaluation=kept,
        facts=facts,
        signature=signed.value,
        key_id=signed.key_id,
        decided_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        **values,
    )


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def text_of(pdf: PdfReader) -> str:
    return " ".join(page.extract_text() for page in pdf.pages)


def test_the_drawing_permission_fits_two_pages_with_its_numbers(client):
    decision()
    response = client.get(reverse("paper", args=["PK7-3MQ-84R"]), headers={"accept-language": "en"})
    assert response["Content-Type"] == "application/pdf"
    pdf = read(response.content)
    text = text_of(pdf)
    assert len(pdf.pages) == 2
    for shown in ("275.00", "660.00", "2,943,244,800", "PK7-3MQ-84R", "R121"):
        assert shown in text


@pytest.mark.parametrize(
    ("output", "language"),
    [
        ("drawing_permission", "fa"),
        ("corrected_line", "fa"),
        ("corrected_line", "en"),
        ("bank_answer", "fa"),
        ("no_violation_certificate", "en"),
        ("visit_report", "fa"),
        ("estimate", "fa"),
        ("something_else", "en"),  # a service that a city adds
    ],
)
def test_every_service_has_a_paper(output, language):
    with translation.override(language):
        pdf = read(issued.pdf(issued.issued_paper(decision(output))))
    assert 1 <= len(pdf.pages) <= 2
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pdf.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("Vazirmatn" in font for font in fonts), fonts


def test_programs_find_facts_and_signature_inside_the_paper():
    kept = decision()
    pdf = read(issued.pdf(issued.issued_paper(kept), kept))
    (content,) = pdf.attachments["PK7-3MQ-84R.json"]
    assert json.loads(content)["facts"] == kept.facts


def test_nothing_personal_stands_on_a_paper_or_its_page(client):
    kept = decision()
    person = Applicant.objects.create(
        name_encrypted=seal("Zahra Invented"),
        national_code_encrypted=seal("9990000014"),
        mobile_encrypted=seal(""),
    )
    ServiceRequest.objects.filter(pk=kept.request_id).update(applicant=person)
    shown = page_of(client) + text_of(read(client.get(reverse("paper", args=[kept.code])).content))
    assert "Zahra" not in shown
    assert "9990000014" not in shown


@pytest.mark.parametrize(
    ("typed", "status"),
    [("PK7-3MQ-84R", 200), ("pk7-3mq-84r", 200), ("PK7-3MQ-84X", 404)],
)
def test_a_code_is_found_however_it_is_typed(client, typed, status):
    decision()
    assert client.get(reverse("verify", args=[typed])).status_code == status


@pytest.mark.parametrize(
    "typed", ["ABCD-2345-EFGH", "abcd 2345 efgh", "ABCD۲۳۴۵EFGH", " abcd-2345-efgh\u200f"]
)
def test_a_code_typed_by_hand_leads_to_its_paper(client, typed):
    kept = decision()
    Decision.objects.filter(pk=kept.pk).update(code="ABCD-2345-EFGH")
    response = client.get(reverse("verify-typed"), {"code": typed})
    assert response["Location"] == reverse("verify", args=["ABCD-2345-EFGH"])


def test_without_a_code_it_is_asked_for(client):
    assert client.get(reverse("verify-typed")).status_code == 200


def page_of(client) -> str:
    response = client.get(reverse("verify", args=["PK7-3MQ-84R"]), headers={"accept-language": "en"})
    return response.content.decode()


def test_a_genuine_paper_is_said_to_hold(client):
    decision()
    page = page_of(client)
    assert "genuine and holds" in page
    assert "275.00" in page


def test_a_changed_fact_is_told(client):
    kept = decision()
    Decision.objects.filter(pk=kept.pk).update(
        facts=kept.facts | {"record": RECORD | {"open_violations": ["extra storey"]}}
    )
    assert "Do not rely on this paper" in page_of(client)


def test_a_changed_evaluation_is_told(client):
    kept = decision()
    findings = REFERENCE["findings"] | {
        "net_area_m2": REFERENCE["findings"]["net_area_m2"] | {"value": 295.0}
    }
    IssuedEvaluation.objects.filter(pk=kept.evaluation_id).update(document=REFERENCE | {"findings": findings})
    assert "Do not rely on this paper" in page_of(client)


def test_a_public_answer_does_not_tell_what_the_owner_owes(client):
    parcel = lot_in_a_zone()
    owes(property_file(parcel), 40_590_000)
    request = receive(submission(parcel, "IQ-11"), on=TODAY)
    given = Decision.objects.get(request=request)
    assert "record" not in given.facts
    page = client.get(
        reverse("verify", args=[given.code]), headers={"accept-language": "en"}
    ).content.decode()
    assert "debts" not in page


def test_a_paper_whose_time_is_over_no_longer_holds(client):
    decision(valid_until=date(2020, 1, 1))
    page = page_of(client)
    assert "its time is over" in page
    assert "genuine and holds" not in page


def test_a_later_decision_takes_its_place(client):
    kept = decision()
    later = Decision.objects.create(
        code="PK7-NEW", request=kept.request, outcome="answered", decided_at=kept.decided_at
    )
    Decision.objects.filter(pk=kept.pk).update(superseded_by=later)
    assert "a later decision has taken its place" in page_of(client)
    kept.refresh_from_db()
    assert issued.issued_paper(kept).superseded


def test_the_certificate_states_what_the_record_says():
    with translation.override("en"):
        told = issued.issued_paper(decision("no_violation_certificate"))
    said = {line.label: (line.value, line.good) for line in told.statements}
    assert said["Open building violation"] == ("none on record", True)
    assert said["Renovation levy and other debts"] == ("settled", True)
    assert "1402/118" in said["completion certificate"][0]


def test_a_debt_and_a_missing_file_are_said():
    with translation.override("en"):
        owed = statements.of({"record": RECORD | {"debt_rial": 40_590_000}})
        none = statements.of({"record": None})
    assert ("40,590,000 rial", False) in [(line.value, line.good) for line in owed]
    assert [(line.value, line.good) for line in none] == [("does not exist", False)]


def test_a_refusal_never_looks_like_a_permission():
    kept = decision(outcome="refused")
    with translation.override("en"):
        told = issued.issued_paper(kept)
    assert told.title == "Refusal of the request"
    assert not {"verdict", "limits", "cost"} & set(told.parts)


@pytest.mark.parametrize("outcome", ["inspection", "recommended"])
def test_a_step_on_the_way_has_no_paper(client, outcome):
    decision(outcome=outcome)
    assert client.get(reverse("verify", args=["PK7-3MQ-84R"])).status_code == 404


def test_without_a_kept_estimate_the_tariffs_of_that_day_give_it():
    kept = decision()
    kept.facts = {"record": None}
    told = issued.issued_paper(kept)
    assert told.estimate["reason"] == "NO_TARIFF"  # none is loaded in this test


def test_what_is_not_known_stands_on_every_paper_with_lists():
    told = issued.issued_paper(decision())
    assert [entry.key for entry in told.unknown] == ["qanats"]


@pytest.mark.parametrize("name", ["estimate-paper", "frontage-paper"])
def test_anybody_may_print_todays_answer(client, name):
    lot()
    response = client.get(reverse(name, args=[KEY]), {"on": "2026-11-21"})
    assert response.status_code == 200
    assert read(response.content).pages


@pytest.mark.parametrize("storeys", ["four", "-1", "nan", "1e9"])
def test_a_number_of_storeys_that_is_none_is_refused(client, storeys):
    lot()
    response = client.get(reverse("estimate-paper", args=[KEY]), {"on": "2026-11-21", "storeys": storeys})
    assert response.status_code == 400


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://example.org/a.png", "ftp://example.org/"])
def test_a_paper_fetches_nothing_from_outside(address):
    with pytest.raises(FatalURLFetchingError):
        OnlyOurFont().fetch(address)


def test_codes_keep_their_order_between_persian_words():
    assert with_isolates('<bdi dir="ltr">1-2</bdi><bdi>x</bdi>').count("\u2069") == 2


def test_the_qr_code_holds_the_address_and_nothing_else():
    assert qr_svg_address("https://pelak.example/v/PK7").startswith("data:image/svg+xml;base64,")


def test_words_of_the_plan_keep_their_places():
    plan = (
        '<svg viewBox="0 0 640 480"><text x="10" y="20" class="d-small" text-anchor="middle">شمال</text>'
        '<text class="d-street" text-anchor="middle" transform="translate(3.0 4.0) rotate(30.0)">سرو'
        "</text></svg>"
    )
    north, street = texts(plan)
    assert (north.text, north.x, north.across) == ("شمال", 10, "-50%")
    assert (street.text, street.x, street.turned_deg) == ("سرو", 3, 30)


def test_the_shapes_of_the_answer_are_drawn():
    assert shapely.area(shape(REFERENCE["geometries"]["net"])) == pytest.approx(275, abs=0.01)
    assert "sheet-plan" in issued.issued_paper(decision()).plan


def test_a_pdf_is_made_without_any_plan():
    told = issued.issued_paper(decision(), with_plan=False)
    assert pdf_of("documents/paper.html", issued.context_of({"paper": told})).startswith(b"%PDF")


def test_sides_and_corners_are_called_alike_in_plan_and_tables():
    with translation.override("en"):
        told = issued.issued_paper(decision("corrected_line"))
    assert [edge.number for edge in told.edges] == ["A", "B", "C", "D"]
    for mark in ("A", "B", "C", "D"):
        assert f'">{mark}</span>' in told.plan
    assert told.plan.count('class="d-corner"') == len(told.corners) == 5


def test_a_certificate_given_on_the_spot_is_verified_and_printed(client):
    parcel = lot_in_a_zone()
    rule("DEED", "DEED_TOLERANCE", {"relative_share": 0.02, "absolute_m2": 5, "combine": "LARGER"})
    property_file(parcel)
    request = receive(submission(parcel), on=TODAY)
    given = Decision.objects.get(request=request)
    page = client.get(
        reverse("verify", args=[given.code]), headers={"accept-language": "en"}
    ).content.decode()
    assert "genuine and holds" in page
    assert NEGAR.name not in page
    pdf = read(client.get(reverse("paper", args=[given.code]), headers={"accept-language": "en"}).content)
    assert "No-violation certificate" in text_of(pdf)
    assert given.code in text_of(pdf)


def given_on_the_spot() -> Decision:
    """A certificate that was given at once, with its frozen evaluation."""
    parcel = lot_in_a_zone()
    rule("DEED", "DEED_TOLERANCE", {"relative_share": 0.02, "absolute_m2": 5, "combine": "LARGER"})
    property_file(parcel)
    return Decision.objects.get(request=receive(submission(parcel), on=TODAY))


def test_whoever_holds_a_paper_computes_its_evaluation_again(client):
    given = given_on_the_spot()
    address = reverse("paper-evaluation", args=[given.code])
    assert address in client.get(reverse("verify", args=[given.code])).content.decode()
    whole = json.loads(client.get(address).content)
    assert [one.code for one in check(whole).said] == ["SAME"]
    assert whole["sha256"] == given.facts["evaluation"]["sha256"]
    assert NEGAR.name not in json.dumps(whole, ensure_ascii=False)


def test_inputs_with_a_secret_layer_are_for_the_auditor_alone(client):
    version = published_layer("gas-mains", Layer.Kind.OVERLAY)
    Layer.objects.filter(key="gas-mains").update(sensitive=True)
    x, y = ORIGIN
    OverlayFeature.objects.create(
        layer=version.layer,
        layer_version=version,
        geometry=geos(shapely.box(x - 50, y - 50, x + 50, y + 50)),
        valid=(LONG_AGO, None),
        known=version.known,
    )
    given = given_on_the_spot()
    # A certificate that waits for a layer is given later; here only its evaluation matters.
    address = reverse("paper-evaluation", args=[given.code])
    assert client.get(address).status_code == 403
    assert address not in client.get(reverse("verify", args=[given.code])).content.decode()
    client.force_login(someone("auditor"))
    assert client.get(address).status_code == 200


def test_a_paper_from_before_inputs_were_kept_says_that_it_cannot_be_computed_again(client):
    decision()
    response = client.get(reverse("paper-evaluation", args=["PK7-3MQ-84R"]))
    assert response.status_code == 404


def test_the_cost_is_frozen_with_the_decision():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel, "IQ-11"), on=TODAY)
    given = Decision.objects.get(request=request)
    assert given.facts["estimates"] == []  # no density is loaded, so there is nothing to choose


def test_a_start_of_the_program_does_not_load_what_only_makes_papers_and_files():
    late = ["weasyprint", "folium", "pandas", "geopandas"]
    asked = (
        "import django, sys; django.setup(); import map_ui.urls; "
        f"print('loaded', *[name for name in {late} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == ["loaded"]
