"""The containers' files: of the published form, made of the same steps, naming nothing that is not there."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from jsonschema import Draft201909Validator

from gis_core.cli.__main__ import COMMANDS
from gis_core.cli.places import PORT, ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="session")
def compose_schema(tmp_path_factory):
    """The published schema of compose files, out of Debian's package docker-compose."""
    folder = tmp_path_factory.mktemp("compose")
    fetched = subprocess.run(
        ["apt-get", "download", "-qq", "docker-compose"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    archives = list(folder.glob("*.deb"))
    if not archives:
        pytest.skip(f"Debian's docker-compose cannot be fetched here: {fetched.stderr.strip()[:200]}")
    subprocess.run(["dpkg", "-x", archives[0], folder], check=True)
    return json.loads(
        next(folder.glob("usr/lib/python3/dist-packages/compose/config/compose_spec.json")).read_text()
    )


def _problems(document, schema):
    return [error.message for error in Draft201909Validator(schema).iter_errors(document)]


def test_the_compose_file_has_the_published_form(compose_schema):
    assert _problems(COMPOSE, compose_schema) == []


def test_the_schema_would_see_a_wrong_entry(compose_schema):
    wrong = {**COMPOSE, "services": {"web": {**COMPOSE["services"]["web"], "comand": "./pelak web"}}}
    assert _problems(wrong, compose_schema)


def test_every_service_of_ours_runs_a_command_of_pelak():
    for name, service in COMPOSE["services"].items():
        if service["image"] == "pelak":
            program, command, *_ = service["command"]
            assert program == "./pelak", name
            assert command in COMMANDS


def test_services_wait_for_what_exists_and_mount_what_exists():
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_the_health_check_asks_at_our_socket():
    assert f"-p {PORT}" in COMPOSE["services"]["database"]["healthcheck"]["test"][1]


def test_the_image_is_made_by_the_steps_of_a_bare_machine():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    steps = [words.split()[1] for line in lines if line.startswith("RUN ./pelak") for words in [line[4:]]]
    assert steps == ["packages", "venv", "pages"]
    assert set(steps) <= set(COMMANDS)
    for line in lines:
        if line.startswith("COPY"):
            assert all((ROOT / name).exists() for name in line.split()[1:-1])
    assert not [line for line in lines if "apt-get" in line or "pip install" in line]


def test_the_image_does_not_serve_as_root():
    assert re.search(r"^USER pelak$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_no_secret_and_no_state_goes_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git", ".venv"} <= set(ignored)


def test_the_install_script_finds_nothing_missing_here():
    asked = subprocess.run([ROOT / "pelak", "missing"], check=True, capture_output=True, text=True)
    assert asked.stdout == ""
    done = subprocess.run([ROOT / "pelak", "packages"], check=True, capture_output=True, text=True)
    assert done.stdout == ""


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")
def test_the_proxy_reads_its_file(tmp_path):
    conf = (ROOT / "gis_core/cli/proxy.conf").read_text()
    conf = conf.replace("web:8000", "127.0.0.1:8000").replace(
        "/var/cache/nginx/tiles", str(tmp_path / "tiles")
    )
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{conf}\n}}\n")
    subprocess.run(["nginx", "-t", "-c", tmp_path / "nginx.conf"], check=True)
