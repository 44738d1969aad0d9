"""What the Azure CLI prints."""

import pytest
from azmlflow.azure.cli import asks_for_tracking_uri, output_of, sets_default_output


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("az ml workspace show --query mlflow_tracking_uri", True),
        ("az ml workspace show --query=mlFlowTrackingUri -o tsv", True),
        ("/usr/bin/az ml workspace list --query [0].mlflow_tracking_uri", True),
        ("az ml workspace show --query name", False),
        ("az ml workspace show --query {uri:mlflow_tracking_uri}", False),
        ("az ml workspace show --query", False),
        ("echo mlflow_tracking_uri", False),
        ("", False),
    ],
)
def test_which_command_prints_the_tracking_uri(line: str, asks: bool) -> None:
    assert asks_for_tracking_uri(line.split()) is asks


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("az x -o tsv", "tsv"),
        ("az x -otsv", "tsv"),
        ("az x -o=tsv", "tsv"),
        ("az x --output tsv", "tsv"),
        ("az x --output=json", "json"),
        ("az x --out yaml", "yaml"),
        ("az x --query o", None),
        ("az x -o", None),
        ("az x --outlet tsv", None),
    ],
)
def test_the_output_format(line: str, value: str | None) -> None:
    words = line.split()
    output = output_of(words)
    assert (output.value if output else None) == value
    if output:
        assert words[output.at] == output.prefix + output.value


def test_a_format_for_all_commands() -> None:
    assert sets_default_output("export AZURE_CORE_OUTPUT=tsv")
    assert sets_default_output("az config set core.output=tsv")
    assert not sets_default_output("az ml workspace show")
