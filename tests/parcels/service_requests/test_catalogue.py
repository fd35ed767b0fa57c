"""The catalogue of services is a file: loaded, changed, put to rest, refused when it means nothing."""

import pytest
from django.core.management import call_command

from gis_core.city import ROOT
from gis_core.errors import BadInput, NotFound
from parcels.service_requests.catalogue import load_services, service
from parcels.service_requests.models import Service

FILES = sorted((ROOT / "import_scripts" / "recipes").glob("*/services.toml"))
ROW = """
[[service]]
code = "XX-01"
title_fa = "الف"
title_en = "A"
decision = "desk"
output = "letter"
"""
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", FILES, ids=[path.parent.name for path in FILES])
def test_each_citys_file_loads_and_has_the_working_services(path):
    codes = {row.code for row in load_services(path)}
    assert {"IQ-11", "IQ-04", "IQ-02", "PB-09", "CT-04", "PB-11"} <= codes


def test_loading_again_changes_nothing_and_what_left_the_file_is_put_to_rest(tmp_path):
    load_services(FILES[-1])
    before = list(Service.objects.values())
    load_services(FILES[-1])
    assert list(Service.objects.values()) == before
    (tmp_path / "services.toml").write_text(ROW)
    load_services(tmp_path / "services.toml")
    assert [row.code for row in Service.objects.filter(active=True)] == ["XX-01"]
    with pytest.raises(NotFound):
        service("IQ-11")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('decision = "desk"', 'decision = "perhaps"'), "perhaps"),
        (('output = "letter"', ""), "output"),
        (('output = "letter"', 'output = "letter"\nneeded_finding = ["zone"]'), "needed_finding"),
    ],
    ids=["no such decision", "no output", "a misspelt condition must not pass as none"],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(tmp_path, change, named):
    file = tmp_path / "services.toml"
    file.write_text(ROW.replace(*change))
    with pytest.raises(BadInput, match=named):
        load_services(file)
    assert not Service.objects.exists()


def test_a_misspelt_condition_on_the_record_is_refused_too(tmp_path):
    file = tmp_path / "services.toml"
    file.write_text(ROW + "needed_records = { no_open_violations = true }\n")
    with pytest.raises(BadInput, match="no_open_violations"):
        load_services(file)


def test_the_command_takes_the_served_citys_own_file(capsys):
    call_command("load_services")
    assert "PB-09" in capsys.readouterr().out
