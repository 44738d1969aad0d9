"""Secrets in source lines become asterisks, everything else stays."""

from __future__ import annotations

import pytest
from azmlflow.azure.masking import mask, mask_command, mask_value

ENTRA = "abc8Q~" + "x" * 34


@pytest.mark.parametrize(
    "line",
    [
        "AZURE_CLIENT_SECRET=canary",
        "export AZURE_CLIENT_SECRET='canary'  # mine",
        "  client_secret: canary",
        '  "clientSecret": "canary",',
        "MLFLOW_TRACKING_PASSWORD = canary",
        "IDENTITY_HEADER=canary",
        "$Env:AZURE_PASSWORD = 'canary'",
        "API-KEY: 'canary",
        "url = https://me:canary@host/path",
        "https://store/blob?sv=1&sig=canary&x=1",
    ],
)
def test_hides_values_outside_code(line: str):
    assert mask(line, code=False) == line.replace("canary", "******")


@pytest.mark.parametrize(
    "line",
    [
        'os.environ["AZURE_CLIENT_SECRET"] = "canary"',
        "credential = ClientSecretCredential(t, c, client_secret='canary')",
        'password = f"canary"',
        "%env AZURE_CLIENT_SECRET=canary",
        "!export TOKEN=canary",
        'mlflow.set_tracking_uri("http://me:canary@localhost")',
    ],
)
def test_hides_literals_in_code(line: str):
    assert mask(line, code=True) == line.replace("canary", "******")


@pytest.mark.parametrize("secret", [ENTRA, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc_-", "A" * 86 + "=="])
def test_hides_what_has_the_shape_of_a_secret(secret: str):
    assert mask(f'ClientSecretCredential(a, b, "{secret}")', code=True) == (
        f'ClientSecretCredential(a, b, "{"*" * len(secret)}")'
    )


@pytest.mark.parametrize(
    "line",
    [
        "token = credential.get_token(scope)",
        "if password == other:",
        "AZURE_CLIENT_ID=11111111-1111-1111-1111-111111111111",
        "secret = os.environ['AZURE_CLIENT_SECRET']",
        "uri = 'azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/x'",
        "mlflow.log_metric('loss', 0.1)",
    ],
)
def test_leaves_other_code_alone(line: str):
    assert mask(line, code=True) == line


@pytest.mark.parametrize(
    "line",
    [
        "AZURE_TOKEN_CREDENTIALS=prod",
        "AZURE_FEDERATED_TOKEN_FILE=/a/b",
        "AZURE_CLIENT_SECRET=",
        "TENANT: abc",
        "AZURE_CLIENT_SECRET: ${{ secrets.AZURE_CLIENT_SECRET }}",
        'AZURE_CLIENT_SECRET: "${{secrets.A}}"',
    ],
)
def test_leaves_what_is_no_secret_alone(line: str):
    assert mask(line, code=False) == line


def test_stays_linear_on_long_lines():
    assert len(mask("password" * 20_000, code=False)) == 160_000
    assert len(mask("a" * 200_000, code=True)) == 200_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_tokens", "512"),
        ("max_new_tokens", "thirty-two"),
        ("tokenizer", "bert-base-uncased"),
        ("token_budget", "7e9"),
        ("password_len", "300000"),
        ("use_token", "False"),
        ("token_file", "/run/secrets/token"),
        ("author", "somebody"),
    ],
)
def test_an_ordinary_parameter_is_shown(name: str, value: str):
    assert mask_value(name, value) == value


@pytest.mark.parametrize(
    "name", ["api_key", "hf-token", "clientSecret", "db.password", "AZURE_CLIENT_SECRET", "auth token"]
)
def test_a_parameter_that_is_called_a_secret_is_hidden(name: str):
    assert mask_value(name, "canary word") == "***********"


def test_a_value_with_a_secrets_shape_is_hidden_whatever_its_name():
    assert mask_value("tokenizer", ENTRA) == "*" * len(ENTRA)
    assert mask_value("note", "https://me:canary@host") == "https://me:******@host"


def test_a_command_line_is_shown_without_its_secrets():
    command = [
        "env",
        "HF_TOKEN=canary",
        "python",
        "t.py",
        "--client-secret",
        "canary",
        "--password=canary",
        "-c",
        "x = 1",
    ]
    plain = ["--max-tokens", "canary", "--token-file", "canary", f"--note={ENTRA}"]
    shown = mask_command([*command, *plain])
    assert shown[: len(command)] == [each.replace("canary", "******") for each in command]
    assert shown[len(command) :] == [*plain[:-1], f"--note={'*' * len(ENTRA)}"]
