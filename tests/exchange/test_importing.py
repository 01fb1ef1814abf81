"""What an import promises: all or nothing, every problem with its place."""

import pytest
from django.core.management import CommandError, call_command

from alumio import jsontext
from alumio.exchange.importing import OVERWRITE, import_configurations
from alumio.exchange.reading import Contents, read_lines
from connectors.models import Connection, Incoming, Storage
from routes.models import Route
from tests import fakes
from transformers.models import SavedTransformer

pytestmark = pytest.mark.django_db

NOTHING = {"prototype": "no-action-publisher", "parameters": []}


def line(type_, identifier, parameters=None, **more) -> dict:
    body = {"object": {"parameters": parameters or []}}
    return {"type": type_, "identifier": identifier, "name": identifier.title()} | body | more


def contents(*lines) -> Contents:
    read = Contents()
    raw = [x if isinstance(x, bytes) else jsontext.dumps(x).encode() for x in lines]
    read_lines(raw, "flow.ndjson", read)
    return read


def imported(*lines, **options):
    return import_configurations(contents(*lines), **options)


def problems(*lines) -> list[str]:
    return [str(problem) for problem in imported(*lines).problems]


def chain(*steps) -> dict:
    return {"object": {"meta": [], "prototype": "chain", "parameters": {"transformers": steps}}}


def test_references_may_come_before_what_they_name():
    report = imported(
        line("list-transformer", "a", **chain("b")),
        line("list-transformer", "b", **chain("c")),
        line("list-transformer", "c", **chain()),
    )

    assert report.ok
    assert report.created == {"list-transformer": 3}
    assert SavedTransformer.objects.get(identifier="a").step["parameters"] == {
        "transformers": ["b"]
    }


def test_one_problem_and_nothing_is_stored():
    report = imported(line("storage", "fine"), line("list-transformer", "a", **chain("nowhere")))

    assert [str(p) for p in report.problems] == [
        "flow.ndjson line 2 › list-transformer “a” › Transformer › Transformers › step 1: "
        "There is no saved transformer called “nowhere”."
    ]
    assert not Storage.objects.exists()


def test_what_only_follows_from_another_problem_comes_after_it():
    found = problems(
        line("list-transformer", "user", **chain("used")),
        line("list-transformer", "used", **chain({"prototype": "not-there"})),
    )

    assert "not-there" in found[0]
    assert "“used”" in found[1]


def test_a_dry_run_checks_everything_and_stores_nothing():
    report = imported(line("storage", "fine"), dry_run=True)

    assert report.ok
    assert report.created == {"storage": 1}
    assert not Storage.objects.exists()


def test_unknown_components_are_named_with_their_place():
    step = {"prototype": "chain", "parameters": {"transformers": [{"prototype": "code-x"}]}}

    [problem] = problems(line("list-transformer", "a", object=step))

    assert problem.startswith("flow.ndjson line 1 › list-transformer “a” › Transformer › ")
    assert "There is no transformer called “code-x”" in problem


def test_lines_that_are_no_configuration_are_told_with_line_and_column():
    found = problems(b"{", b"", b"[]", b'{"type":"storage"}', b'{"type":"storage","id":1}')

    assert [p.split(":")[0] for p in found] == [
        "flow.ndjson line 1",
        "flow.ndjson line 3",
        "flow.ndjson line 4 › identifier",
        "flow.ndjson line 5 › id",
    ]
    assert "column 2" in found[0]


def test_types_that_have_no_place_here_are_reported_and_do_no_harm():
    report = imported(line("transformer-test", "t"), line("storage", "s"))

    assert report.ok
    assert report.left_out == ["flow.ndjson line 1: transformer-test “t”"]
    assert Storage.objects.count() == 1


def test_settings_that_are_not_understood_are_told():
    report = imported(line("storage", "s", {"path": "p", "colour": "red", "logger": []}))

    assert report.notes == [
        "flow.ndjson line 1 › storage “s”: the setting “colour” is not supported and was left out"
    ]


def test_the_same_configuration_twice_counts_once():
    same = line("storage", "s", {"path": "a"})

    assert imported(same, same).created == {"storage": 1}
    report = imported(same, line("storage", "s", {"path": "b"}), mode=OVERWRITE)
    assert "line 2 has another version" in report.notes[0]
    assert Storage.objects.get().path == "a"


def test_overwriting_keeps_a_revision():
    imported(line("storage", "s", {"path": "a"}))

    imported(line("storage", "s", {"path": "b"}), mode=OVERWRITE)

    storage = Storage.objects.get()
    assert (storage.path, storage.revision) == ("b", 2)


def test_disabled_things_stay_disabled_and_a_missing_name_is_the_identifier():
    imported(line("storage", "s", disabled=True, name=None))

    storage = Storage.objects.get()
    assert (storage.enabled, storage.name) == (False, "s")


def test_pruning_becomes_a_time_to_live():
    for unit, seconds in (("hours", 7_200), ("days", 172_800), ("seconds", 120)):
        number = 2 if unit != "seconds" else 120
        pruning = {"enabled": True, "timeToLive": number, "unit": unit}
        imported(line("storage", f"s-{unit}", {"pruning": pruning}))

        assert Storage.objects.get(identifier=f"s-{unit}").time_to_live == seconds


def test_the_policies_of_a_route_are_translated():
    report = imported(
        line("incoming-configuration", "in", {"subscriber": FAKE, "transformers": []}),
        line("outgoing-configuration", "out", {"publisher": NOTHING, "transformers": []}),
        line(
            "route-configuration",
            "route",
            {
                "incoming": "in",
                "outgoing": "out",
                "realtime": False,
                "waitingStatus": True,
                "parallelExecution": {"enabled": True, "maximumProcesses": 5},
            },
        ),
    )

    assert report.ok, [str(p) for p in report.problems]
    route = Route.objects.get()
    assert (route.waiting_status, route.parallel, route.max_processes) == (True, True, 5)
    assert route.incoming == Incoming.objects.get()


FAKE = {"prototype": fakes.FakeSubscriber.prototype, "parameters": []}


def test_a_client_without_a_prototype_is_the_generic_one():
    report = imported(line("http-client", "c", {"plugins": []}))

    assert report.ok, [str(p) for p in report.problems]
    assert Connection.objects.get().client["prototype"] == "http-client"


def test_undefined_variables_are_listed(monkeypatch):
    monkeypatch.setenv("ALUMIO_VAR_KNOWN", "x")

    report = imported(line("storage", "s", {"path": "${KNOWN}/${UNKNOWN}"}))

    assert report.undefined_variables == ["UNKNOWN"]


def test_the_command_fails_loudly_and_says_why(tmp_path, capsys):
    file = tmp_path / "flow.ndjson"
    file.write_text(jsontext.dumps(line("list-transformer", "a", **chain("nowhere"))))

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_config", file)
    assert "“nowhere”" in capsys.readouterr().err
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_config", tmp_path / "missing.ndjson")


def test_the_command_sums_up_in_one_line_of_json(tmp_path, capsys):
    file = tmp_path / "flow.ndjson"
    file.write_text(jsontext.dumps(line("storage", "s")) + "\n")

    call_command("import_config", file, "--dry-run", "--json")
    dry = jsontext.loads(capsys.readouterr().out)
    call_command("import_config", file, "--json")
    stored = jsontext.loads(capsys.readouterr().out)

    assert (dry["ok"], dry["stored"], dry["created"]) == (True, False, {"storage": 1})
    assert (stored["ok"], stored["stored"], stored["created"]) == (True, True, {"storage": 1})


def test_entity_schemas_that_are_only_named_can_be_made_on_demand():
    incoming = line("incoming-configuration", "in", {"subscriber": FAKE, "entityType": "item"})
    assert "There is no entity schema called “item”" in problems(incoming)[0]

    report = imported(incoming, create_schemas=True)

    assert report.ok
    assert "an empty one was made" in report.notes[0]
    assert Incoming.objects.get().entity_schema.identifier == "item"


def test_parallel_and_real_time_together_are_refused_with_the_place():
    report = imported(
        line("incoming-configuration", "in", {"subscriber": FAKE, "transformers": []}),
        line("outgoing-configuration", "out", {"publisher": NOTHING, "transformers": []}),
        line(
            "route-configuration",
            "route",
            {
                "incoming": "in",
                "outgoing": "out",
                "realtime": True,
                "parallelExecution": {"enabled": True, "maximumProcesses": 5},
            },
        ),
    )

    [problem] = report.problems
    assert "Parallel and real-time processing cannot be used together" in str(problem)
    assert not Route.objects.exists()
