"""Tracking URIs: reading them as azureml-mlflow does, their faults and their repair."""

import re
import time
from urllib.parse import urlparse

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD
from azmlflow.azure.tracking_uri import (
    FaultKind,
    UriKind,
    classify,
    compose_tracking_uri,
    faults,
    parse_tracking_uri,
    repair,
)
from azmlflow.azure.workspace import WorkspaceRef
from hypothesis import assume, example, given
from hypothesis import strategies as st

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg-ml", "ws-dev")
HOST = "westeurope.api.azureml.ms"
GOOD = f"azureml://{HOST}/mlflow/v2.0{REF.arm_id}"
REGISTRY = GOOD.replace("workspaces/ws-dev", "registries/shared")

# The expressions of azureml-mlflow 1.62, azureml/mlflow/_internal/utils.py.
PLUGIN_WORKSPACE = re.compile(
    r".*/subscriptions/(.+)/resourceGroups/(.+)"
    r"/providers/Microsoft.MachineLearningServices/workspaces/([^/]+)"
)
PLUGIN_REGISTRY = re.compile(PLUGIN_WORKSPACE.pattern.replace("workspaces", "registries"))


def plugin_reads(text):
    """The three names as the plugin finds them and whether it is a workspace, or None where it raises."""
    path = urlparse(text).path
    is_workspace = PLUGIN_WORKSPACE.search(path) is not None
    match = (PLUGIN_WORKSPACE if is_workspace else PLUGIN_REGISTRY).match(urlparse(path).path)
    return None if match is None else (match.groups(), is_workspace)


def kinds(text, **options):
    return [fault.kind.value for fault in faults(text, **options)]


names = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_", min_size=1, max_size=12)
refs = st.builds(WorkspaceRef, st.uuids().map(str), names, names)
PIECES = [
    "azureml:", "azureml://", "AzureML://", "https://", "/", "//", "///", "?", "#", ";", ":", " ", "\n", '"', "'",
    HOST, "evil.example", "<region>.api.azureml.ms", "/mlflow/v2.0", "/subscriptions/", "/Subscriptions/", GUID,
    "/resourceGroups/", "/resourcegroups/", "rg", "/providers/", "/providers/Microsoft.MachineLearningServices",
    "/providers/microsoft.machinelearningservices", "/providers/MicrosoftXMachineLearningServices", "/workspaces/",
    "/Workspaces/", "/registries/", "ws", "/experiments/e", "{x}", "<x>", "\u200b", "[", "@", "\\", "%20",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
near_misses = st.tuples(texts, st.sampled_from([GOOD, GOOD.lower(), REGISTRY]), texts).map("".join)
anything = st.one_of(st.text(), texts, near_misses)


def test_a_good_uri_is_read():
    uri = parse_tracking_uri(GOOD)
    assert uri == ("azureml", HOST, REF, None, "westeurope", AZURE_CLOUD)


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "/",
        GOOD + "?",
        GOOD + "?auth=x&is-remote=True",
        GOOD + "#fragment",
        GOOD + "\n",
        GOOD + "/experiments/e1/runs/r1",
        GOOD.replace("v2.0", "v1.0"),
        GOOD.replace("/mlflow/v2.0", ""),
        GOOD.replace("azureml:", "AZUREML:"),
        GOOD.replace(HOST, HOST.upper()),
        GOOD.replace(HOST, HOST + ":443"),
        GOOD.replace("//mlflow", "///mlflow"),
        GOOD.replace("/mlflow", "//mlflow"),
    ],
)
def test_what_the_plugin_does_not_mind(text):
    uri = parse_tracking_uri(text)
    assert uri is not None
    assert uri.workspace == REF
    assert uri.cloud is AZURE_CLOUD
    assert classify(text) is UriKind.azureml_workspace
    assert faults(text) == ()
    assert repair(text) == text


def test_private_link_and_other_clouds():
    private = parse_tracking_uri(GOOD.replace(HOST, f"{GUID}.workspace.eastus.api.azureml.ms"))
    assert private is not None
    assert private.region == "eastus"
    china = parse_tracking_uri(GOOD.replace(HOST, "chinaeast2.api.ml.azure.cn"))
    assert china is not None
    assert china.cloud is AZURE_CHINA_CLOUD


def test_a_registry():
    uri = parse_tracking_uri(REGISTRY)
    assert uri is not None
    assert (uri.workspace, uri.registry) == (None, "shared")
    assert classify(REGISTRY) is UriKind.azureml_registry
    assert kinds(REGISTRY) == ["registry"]
    assert faults(REGISTRY)[0].repaired is None
    assert faults(REGISTRY, registry_allowed=True) == ()
    broken = REGISTRY.replace("resourceGroups", "resourcegroups")
    assert repair(broken, registry_allowed=True) == REGISTRY


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", UriKind.local_file),
        ("./mlruns", UriKind.local_file),
        ("/data/mlruns", UriKind.local_file),
        ("file:///data/mlruns", UriKind.local_file),
        ("azureml", UriKind.local_file),
        (f'"{GOOD}"', UriKind.local_file),
        ("sqlite:///mlflow.db", UriKind.local_database),
        ("postgresql+psycopg2://u@h/d", UriKind.local_database),
        ("http://localhost:5000", UriKind.http),
        (GOOD.replace("azureml://", "https://"), UriKind.http),
        ("databricks", UriKind.databricks),
        ("databricks://profile", UriKind.databricks),
        ("databricks-uc", UriKind.databricks),
        ("azureml://", UriKind.azureml_malformed),
        (GOOD.lower(), UriKind.azureml_malformed),
        ("s3://bucket", UriKind.other),
        ("C:\\mlruns", UriKind.other),
        ("http://[::1", UriKind.other),
    ],
)
def test_classify(text, kind):
    assert classify(text) is kind
    assert kind.is_azureml is kind.value.startswith("azureml")


# text, the kinds of its faults with what each underlines, and what is proposed (True: the good URI)
FAULTY: list[tuple[str, list[tuple[str, str | None]], bool | str]] = [
    (f'"{GOOD}"', [("quoted", f'"{GOOD}"')], True),
    (f"'{GOOD}' ", [("quoted", f"'{GOOD}' ")], True),
    (f'{GOOD}"', [("quoted", f'{GOOD}"')], True),
    (f"\u201c{GOOD}\u201d", [("quoted", f"\u201c{GOOD}\u201d")], True),
    (f" {GOOD}", [("white-space", " ")], True),
    (f"{GOOD}  ", [("white-space", "  ")], True),
    (f"\ufeff{GOOD}", [("white-space", "\ufeff")], True),
    (GOOD.replace("/rg-ml/", "/rg-ml /"), [("white-space", " ")], True),
    (GOOD.replace("rg-ml", "rg ml"), [("white-space", " ")], False),
    (GOOD.replace("ws-dev", "ws\u200b-dev"), [("white-space", "\u200b")], False),
    (GOOD.replace("resourceG", "resourceg"), [("wrong-case", "resourcegroups")], True),
    (GOOD.replace("Microsoft.M", "microsoft.m"), [("wrong-case", "microsoft.machineLearningServices")], True),
    (
        GOOD.lower(),
        [("wrong-case", "resourcegroups"), ("wrong-case", "microsoft.machinelearningservices")],
        True,
    ),
    (GOOD.replace("/subscriptions", "/Subscriptions"), [("wrong-case", "Subscriptions")], True),
    (GOOD.replace("resourceGroups", "resourceGroup"), [("misspelled", "resourceGroup")], True),
    (GOOD.replace("Services/", "/"), [("misspelled", "Microsoft.MachineLearning")], True),
    (GOOD.replace("/providers/Microsoft.MachineLearningServices", ""), [("cut-off", "workspaces")], True),
    (GOOD.split("/ws-dev")[0], [("cut-off", "workspaces")], False),
    (GOOD.split("/providers")[0], [("cut-off", "rg-ml")], False),
    (GOOD.split("/workspaces")[0], [("cut-off", "providers/Microsoft.MachineLearningServices")], False),
    (GOOD.split("/subscriptions")[0], [("cut-off", "mlflow/v2.0")], False),
    (f"azureml://{HOST}", [("cut-off", HOST)], False),
    (
        GOOD.replace(GUID + "/", ""),
        [("cut-off", "sub" + GOOD.split("/sub")[1].replace(GUID + "/", ""))],
        False,
    ),
    (GOOD.replace(GUID, "<subscription-id>"), [("placeholder", "<subscription-id>")], False),
    (GOOD.replace("rg-ml", "your-resource-group"), [("placeholder", "your-resource-group")], False),
    (GOOD.replace("westeurope", "<region>"), [("placeholder", "<region>.api.azureml.ms")], False),
    ("<tracking-uri>", [("placeholder", "<tracking-uri>")], False),
    (GOOD.replace(GUID, "{sub}"), [("unexpanded", "{sub}")], False),
    (GOOD.replace("westeurope", "${REGION}"), [("unexpanded", "${REGION}.api.azureml.ms")], False),
    (GOOD.replace("ws-dev", "%WORKSPACE%"), [("unexpanded", "%WORKSPACE%")], False),
    (GOOD.replace(GUID, "my-subscription"), [("subscription-not-guid", "my-subscription")], False),
    (GOOD.replace("//", "/"), [("one-slash", "azureml:/")], True),
    (GOOD.replace("//", ""), [("one-slash", "azureml:")], True),
    (GOOD.replace("//", "///"), [("one-slash", "azureml:///")], True),
    (GOOD.replace("/mlflow/v2.0/sub", "//sub"), [("double-slash", "//")], GOOD.replace("/mlflow/v2.0", "")),
    (GOOD.replace("/rg-ml", "//rg-ml"), [("double-slash", "//")], True),
    ("azureml:/" + REF.arm_id, [("no-host", "subscriptions")], False),
    ("azureml:/" + REF.arm_id[1:], [("no-host", "azureml:/" + REF.arm_id[1:])], False),
    ("azureml:my-model:1", [("no-host", "azureml:my-model:1")], False),
    (GOOD.removeprefix("azureml://"), [("no-scheme", GOOD.removeprefix("azureml://"))], True),
    (GOOD.replace("azureml://", "https://"), [("https-scheme", "https")], True),
    (GOOD.replace("azureml://", "azure-ml://"), [("wrong-scheme", "azure-ml")], True),
    ("https://ml.azure.com/?wsid=x", [("portal-address", "https://ml.azure.com/?wsid=x")], False),
    ("https://management.azure.com" + REF.arm_id, [("portal-address", None)], False),
    (REF.arm_id, [("resource-id", REF.arm_id)], False),
    ("azureml", [("bare-azureml", "azureml")], False),
    ("azureml://", [("bare-azureml", "azureml://")], False),
    (GOOD.replace(HOST, "westeurope.example.com"), [("foreign-host", "westeurope.example.com")], False),
    (GOOD.replace(HOST, HOST + "@evil.com"), [("foreign-host", HOST + "@evil.com")], False),
    (GOOD.replace(HOST, "evil.com\\@" + HOST), [("foreign-host", "evil.com\\@" + HOST)], False),
    (
        f'"{GOOD.lower()}"',
        [("quoted", None), ("wrong-case", "resourcegroups"), ("wrong-case", None)],
        True,
    ),
]


@pytest.mark.parametrize(("text", "expected", "repaired"), FAULTY)
def test_faults(text, expected, repaired):
    found = faults(text)
    assert [fault.kind.value for fault in found] == [kind for kind, _ in expected]
    for fault, (_, underlined) in zip(found, expected, strict=True):
        if underlined is not None:
            assert text[fault.start : fault.end] == underlined
        assert fault.repaired == (GOOD if repaired is True else repaired or None)
        assert fault.message.endswith(".")


def test_every_kind_of_fault_is_tried():
    tried = {kind for _, expected, _ in FAULTY for kind, _ in expected} | {"registry"}
    assert tried == {kind.value for kind in FaultKind}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "./mlruns",
        "mlruns",
        "databricks",
        "sqlite:///mlflow.db",
        "http://localhost:5000",
        "https://mlflow.example.com/subscriptions",
        "http://localhost:8080/providers/Microsoft.MachineLearningServices/workspaces/ws",
        "$(az ml workspace show --query mlflow_tracking_uri -o tsv)",
        "${TRACKING_URI}",
        "%TRACKING_URI%",
        "...",
        "/subscriptions/mine",
        "runs:/abc",
    ],
)
def test_texts_that_have_nothing_to_do_with_azure_ml(text):
    assert faults(text) == ()
    assert repair(text) == text


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("westeurope", GOOD),
        ("West Europe", GOOD),
        (HOST, GOOD),
        (
            f"{GUID}.workspace.eastus.api.azureml.ms",
            GOOD.replace(HOST, f"{GUID}.workspace.eastus.api.azureml.ms"),
        ),
    ],
)
def test_compose(place, expected):
    assert compose_tracking_uri(place, REF) == expected


def test_compose_for_another_cloud():
    assert "://chinaeast2.api.ml.azure.cn/" in compose_tracking_uri("chinaeast2", REF, AZURE_CHINA_CLOUD)


@given(refs, st.sampled_from(["westeurope", "chinaeast2.api.ml.azure.cn"]))
def test_what_is_composed_is_read_again(ref, place):
    uri = parse_tracking_uri(compose_tracking_uri(place, ref))
    assert uri is not None
    assert uri.workspace == ref


@given(anything)
@example(GOOD.replace("/mlflow/v2.0/sub", "//sub"))
@example(f"azureml://h/subscriptions/a/resourceGroups/b{REF.arm_id}/workspaces/c{REF.arm_id}")
def test_the_linear_reader_agrees_with_the_plugins_expression(text):
    try:
        scheme = urlparse(text).scheme
        expected = plugin_reads(text) if scheme == "azureml" else None
    except ValueError:
        assume(False)
    uri = parse_tracking_uri(text)
    if expected is None:
        assert uri is None
        return
    assert uri is not None
    (subscription, group, name), is_workspace = expected
    assert uri.workspace == (WorkspaceRef(subscription, group, name) if is_workspace else None)
    assert uri.registry == (None if is_workspace else name)


@given(anything)
def test_a_repaired_uri_is_accepted_by_the_plugin_and_needs_no_other_repair(text):
    fixed = repair(text)
    if fixed is None or fixed == text:
        return
    assert repair(fixed) == fixed
    assert faults(fixed) == ()
    read = plugin_reads(fixed)
    assert read is not None
    assert read[1]
    uri = parse_tracking_uri(fixed)
    assert uri is not None
    assert uri.cloud is not None


@given(anything)
def test_a_uri_without_fault_works_and_one_that_cannot_work_has_a_fault(text):
    kind = classify(text)
    if not faults(text):
        assert kind not in (UriKind.azureml_malformed, UriKind.azureml_registry)
    if kind is UriKind.azureml_malformed:
        assert faults(text)


@given(anything)
def test_faults_lie_inside_the_text_and_in_order(text):
    found = faults(text)
    assert all(0 <= fault.start <= fault.end <= len(text) for fault in found)
    assert [fault.start for fault in found] == sorted(fault.start for fault in found)
    assert len({fault.repaired for fault in found}) <= 1


@pytest.mark.parametrize(
    "piece",
    [
        "/subscriptions/",
        "/resourceGroups/x",
        "/providers/Microsoft.MachineLearningServices/workspaces/",
        "//",
        "{",
        '"',
        " ",
        "/subscriptions/a/resourceGroups/b/providers/Microsoft.MachineLearningServices/",
    ],
)
def test_long_texts_take_no_time(piece):
    text = "azureml://" + HOST + piece * (200_000 // len(piece))
    started = time.process_time()
    faults(text)
    classify(text)
    assert time.process_time() - started < 2
