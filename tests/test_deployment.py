"""The files for production, checked as far as that goes without a container engine."""

import fnmatch
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
OWN = [name for name in SERVICES if SERVICES[name]["image"].startswith("alumio")]
SECRETS = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "ALUMIO_FERNET_KEYS"}
VARIABLE = re.compile(r"\$\{(\w+)(:?[-?][^}]*)?\}")


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} +(.*)$", DOCKERFILE, re.MULTILINE)


def test_the_compose_file_follows_the_compose_specification():
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text())

    jsonschema.Draft7Validator(schema).validate(COMPOSE)


def test_production_is_made_of_database_redis_web_worker_and_clock():
    assert set(SERVICES) == {"db", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["db"]["image"].startswith("postgres:16")
    assert SERVICES["redis"]["image"].startswith("redis:7")


def test_only_the_pages_can_be_reached_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("${ALUMIO_PUBLISH:-127.0.0.1}:") for port in published["web"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_program_that_stays_has_a_health_check_and_is_restarted(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OWN)
def test_our_containers_have_no_rights_to_spare(name):
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_programs_wait_for_the_tables_the_database_and_redis(name):
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_comes_from_the_environment_and_has_no_default(name):
    uses = [match[1] for match in VARIABLE.finditer(COMPOSE_TEXT) if match[1] == name]
    guarded = re.findall(rf"\$\{{{name}:\?", COMPOSE_TEXT)

    assert uses
    assert len(guarded) == len(uses)


def test_every_variable_of_the_compose_file_is_explained():
    text = (ROOT / "docs/deployment.md").read_text()

    missing = {match[1] for match in VARIABLE.finditer(COMPOSE_TEXT)} - set(
        re.findall(r"`(\w+)`", text)
    )
    assert not missing


def test_named_volumes_are_declared():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OWN)
def test_containers_run_commands_that_exist(name):
    python, script, command, *arguments = SERVICES[name]["command"]

    assert (python, script) == ("python", "manage.py")
    assert command in get_commands()
    if command == "run":
        from alumio.management.commands.run import PROGRAMS

        assert arguments[0] in PROGRAMS


def test_the_image_is_built_in_stages_and_runs_without_root():
    stages = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE)
    copied_from = re.findall(r"COPY --from=(\w+)", DOCKERFILE)

    assert len(instructions("FROM")) == len(stages) + 1
    assert set(copied_from) <= set(stages)
    assert instructions("USER") == ["10001:10001"]


def test_the_image_installs_from_the_locks_alone():
    installs = [run for run in instructions("RUN") if "install" in run and "pip" in run]

    assert installs
    assert all("--require-hashes" in run for run in installs)
    assert any("npm ci --ignore-scripts" in run for run in instructions("RUN"))
    assert not any("npm install" in run for run in instructions("RUN"))


def test_what_the_image_copies_is_there_and_not_held_back():
    allowed = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    sources = [
        source
        for copy in instructions("COPY")
        if not copy.startswith("--from")
        for source in copy.split()[:-1]
        if source != "."
    ]

    assert all((ROOT / source).exists() for source in sources + allowed)
    assert all(any(fnmatch.fnmatch(s, a) for a in allowed) for s in sources)


def test_the_image_holds_every_app_and_no_secrets():
    from django.conf import settings

    allowed = (ROOT / ".dockerignore").read_text()
    own = [app for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()]

    assert all(f"!{app.split('.')[0]}\n" in allowed for app in own)
    assert not re.search(r"(KEY|PASSWORD|SECRET)\w*=", DOCKERFILE)


def test_locks_name_no_hosts():
    for path in [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]:
        text = path.read_text()

        assert '"resolved"' not in text
        assert "--index-url" not in text
        assert not re.search(r"^[a-z].*@ ?https?://", text, re.MULTILINE)
