"""Commands in the words of PowerShell."""

import pytest
from azmlflow.azure.advice import table
from azmlflow.probes.powershell import in_powershell


@pytest.mark.parametrize(
    ("posix", "powershell"),
    [
        ("export AZURE_TENANT_ID=0c7a", '$env:AZURE_TENANT_ID = "0c7a"'),
        ('export MLFLOW_TRACKING_URI="azureml://h/x"', '$env:MLFLOW_TRACKING_URI = "azureml://h/x"'),
        ("export AZURE_CLIENT_ID=$DEFAULT_ID", '$env:AZURE_CLIENT_ID = "$env:DEFAULT_ID"'),
        ("unset AZURE_USERNAME AZURE_PASSWORD", "Remove-Item Env:AZURE_USERNAME, Env:AZURE_PASSWORD"),
        ("az ad sp show --id $AZURE_CLIENT_ID", "az ad sp show --id $env:AZURE_CLIENT_ID"),
        ("az login --tenant <tenant-id>", "az login --tenant <tenant-id>"),
    ],
)
def test_a_command_is_said_in_powershell(posix: str, powershell: str) -> None:
    assert in_powershell(posix) == powershell


def test_no_command_of_the_table_is_left_in_the_words_of_another_shell() -> None:
    commands = [in_powershell(remedy.command) for _, remedy in table() if remedy.command]
    assert commands
    assert not [text for text in commands if text.startswith(("export ", "unset ")) or "$AZ" in text]
