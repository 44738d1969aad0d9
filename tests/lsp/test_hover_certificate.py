"""Hover over the path of a certificate: what the file holds and what is wrong with it, in every kind of file."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azmlflow.lsp.hover_certificate import describe
from azmlflow.resolution.certificate_uses import uses_of
from azmlflow.resolution.resolve import Resolution
from cryptography.hazmat.primitives import hashes
from lsprotocol import types

from tests.certificates import certificate, make, validity_of
from tests.lsp.conftest import CANARY, Start
from tests.lsp.editor import Editor
from tests.rules import harness
from tests.rules.harness import Case, World

NAME = "AZURE_CLIENT_CERTIFICATE_PATH"
GUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


def described(folder: Path, text: str, markdown: bool = False, file: str = ".env", **case: object) -> str:
    world = World(Case("AZM401", "hover", {file: text, "train.py": "import mlflow"}, file, **case), folder)  # type: ignore[arg-type]
    snapshot = world.snapshot()
    resolution = Resolution(snapshot, snapshot.files[folder / file])
    return "\n\n".join(describe(resolution, use, markdown=markdown) for use in uses_of(resolution))


def thumbprint() -> str:
    own = certificate("own", validity_of("", harness.NOW))
    return own.fingerprint(hashes.SHA1()).hex().upper()


def test_a_good_certificate(tmp_path: Path):
    text = described(tmp_path, f"{NAME}=bot.pem", certificates={"bot.pem": "pem"})
    assert text.split("\n") == [
        "Certificate: bot.pem (PEM)",
        "Subject: CN=train-bot,O=Contoso",
        "Issuer: CN=train-bot,O=Contoso (the same: self-signed)",
        "Valid: 2026-05-16 to 2027-05-16 (UTC): 335 days left",
        "Key: RSA, 2048 bits",
        f"SHA-1 thumbprint: {thumbprint()} - compare it with the one under Certificates & secrets of the app "
        "registration in the Azure portal",
    ]


def test_a_chain_and_its_issuer(tmp_path: Path):
    text = described(tmp_path, f"{NAME}=bot.pem", markdown=True, certificates={"bot.pem": "pem-chain"})
    assert "- **Certificate**: `bot.pem` (PEM, 2 certificates)\n" in text
    assert "- **Issuer**: `CN=Contoso Issuing CA,O=Contoso`\n" in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pem:expired", "expired 35 days ago"),
        ("pem:not-yet-valid", "not yet valid, in 2 days"),
        ("pem:expires-in-1", "one day left"),
    ],
)
def test_days(tmp_path: Path, kind: str, said: str):
    assert f"(UTC): {said}\n" in described(tmp_path, f"{NAME}=bot.pem", certificates={"bot.pem": kind})


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pem-certificate-only", "Wrong: bot.pem holds no private key"),
        ("pem-ec", "Wrong: bot.pem holds an EC key"),
        ("pem-key-mismatch", "Wrong: the private key in bot.pem belongs to no certificate"),
        ("pem:expired", "Wrong: the certificate in bot.pem expired on"),
        ("text", "Wrong: bot.pem is neither PEM nor PKCS#12"),
    ],
)
def test_what_is_wrong(tmp_path: Path, kind: str, said: str):
    text = described(tmp_path, f"{NAME}=bot.pem", certificates={"bot.pem": kind})
    assert said in text
    assert "Certificate: bot.pem (" in text


def test_nothing_is_told_of_a_locked_file_but_that_it_is(tmp_path: Path):
    locked = {"bot.p12": {"kind": "p12", "password": CANARY}}
    text = described(tmp_path, f"{NAME}=bot.p12\nAZURE_CLIENT_CERTIFICATE_PASSWORD=x", certificates=locked)
    first, second, third = text.split("\n")
    assert first == "Certificate: bot.p12 (PKCS#12)"
    assert second == "Locked: nothing in it can be read without its password"
    assert third.startswith("Wrong: AZURE_CLIENT_CERTIFICATE_PASSWORD does not open bot.p12")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path):
    text = described(tmp_path, f"{NAME}=bot.pem")
    assert text.startswith("Wrong: AZURE_CLIENT_CERTIFICATE_PATH names a file that does not exist")


def test_a_certificate_that_is_passed_over(tmp_path: Path):
    text = described(
        tmp_path, f"{NAME}=bot.pem\nAZURE_CLIENT_SECRET={CANARY}", certificates={"bot.pem": "pem"}
    )
    assert text.endswith("Not read: other variables make azure-identity pass over it")
    assert CANARY not in text


def test_outside_an_untrusted_workspace(tmp_path: Path):
    outside = tmp_path / "outside.pem"
    outside.write_bytes(make("pem", harness.NOW))
    folder = tmp_path / "folder"
    folder.mkdir()
    text = described(folder, f"{NAME}={outside}", trusted=False)
    assert text == "Certificate: not looked at, because this workspace is not trusted and it lies outside"


def test_nothing_is_said_of_a_path_on_another_machine(tmp_path: Path):
    assert described(tmp_path, f"FROM python\nENV {NAME}=/nowhere/bot.pem\n", file="Dockerfile") == ""


def test_what_a_certificate_says_is_no_markdown(tmp_path: Path):
    name = "a `[click](command:x)`.pem"
    text = described(tmp_path, f"{NAME}='{name}'", markdown=True, certificates={name: "pem"})
    assert "- **Certificate**: `a '[click](command:x)'.pem` (PEM)\n" in text


async def hover(editor: Editor, uri: str, line: int, character: int) -> types.Hover | None:
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
    return await editor.text_document_hover_async(params)


def write_soon_expired(workspace: Path, password: str | None = None) -> None:
    """Write a certificate that has a finding, so that a test can wait until it was looked at."""
    path = workspace / "bot.pem"
    path.write_bytes(make("pem:expires-in-20", datetime.now(timezone.utc), password))
    path.chmod(0o600)


@pytest.mark.parametrize("client", ["visual_studio_code", "minimal"])
async def test_in_an_environment_file(start: Start, workspace: Path, client: str):
    write_soon_expired(workspace)
    (workspace / "train.py").write_text("import mlflow\n")
    editor = await start(client)
    uri = (workspace / "bot.env").as_uri()
    editor.open(
        uri, f"AZURE_CLIENT_ID={GUID}\n{NAME}=bot.pem\nAZURE_TENANT_ID={GUID.replace('c', 'd')}\n", "dotenv"
    )
    await editor.until_codes(uri, ["AZM406"])

    shown = await hover(editor, uri, 1, len(NAME) + 3)
    assert "CN=train-bot,O=Contoso" in shown.contents.value
    assert "19 days left" in shown.contents.value
    assert "Why it is bad" in shown.contents.value  # the rule's page follows
    assert shown.range == types.Range(types.Position(1, len(NAME) + 1), types.Position(1, len(NAME) + 8))
    on_name = await hover(editor, uri, 1, 2)
    assert "CN=train-bot,O=Contoso" in on_name.contents.value
    assert "Why it is bad" not in on_name.contents.value
    assert await hover(editor, uri, 0, 1) is None
    assert "PRIVATE KEY" not in "".join(editor.wire)


async def test_in_a_launch_configuration_and_in_code(start: Start, workspace: Path):
    write_soon_expired(workspace, CANARY)
    (workspace / ".env").unlink()  # its secret would go before the certificate
    (workspace / ".vscode").mkdir()
    (workspace / "train.py").write_text("import mlflow\n")
    editor = await start()
    launch = (workspace / ".vscode" / "launch.json").as_uri()
    variables = {NAME: "bot.pem", "AZURE_CLIENT_CERTIFICATE_PASSWORD": CANARY}
    editor.open(launch, json.dumps({"configurations": [{"name": "a", "env": variables}]}, indent=1), "jsonc")
    code = (workspace / "train.py").as_uri()
    lines = [
        "import mlflow",
        "from azure.identity import CertificateCredential",
        f"bot = CertificateCredential('contoso.com', 'bot', 'bot.pem', password='{CANARY}')",
        "mlflow.log_metric('loss', 1)",
    ]
    editor.open(code, "\n".join(lines))
    await editor.until(lambda: "AZM406" in str(editor.published.get(launch)), "the finding in launch.json")
    await editor.until(lambda: "AZM406" in str(editor.published.get(code)), "the finding in code")

    for character in (8, 8 + len(NAME) + 4):
        shown = await hover(editor, launch, 5, character)
        assert "CN=train-bot,O=Contoso" in shown.contents.value
    shown = await hover(editor, code, 2, lines[2].index("bot.pem"))
    assert "RSA, 2048 bits" in shown.contents.value


async def test_in_a_cell_of_a_notebook(start: Start, workspace: Path):
    write_soon_expired(workspace)
    editor = await start()
    notebook, cell = (workspace / "train.ipynb").as_uri(), "vscode-notebook-cell:/train.ipynb#one"
    text = f"import mlflow\nimport os\nos.environ['{NAME}'] = 'bot.pem'\nmlflow.autolog()\n"
    document = types.NotebookDocument(
        notebook, "jupyter-notebook", 1, [types.NotebookCell(types.NotebookCellKind.Code, cell)]
    )
    item = types.TextDocumentItem(cell, "python", 1, text)
    editor.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, [item]))
    await editor.until(lambda: "AZM406" in str(editor.published.get(cell)), "the finding in the cell")
    shown = await hover(editor, cell, 2, text.split("\n")[2].index("bot.pem"))
    assert "CN=train-bot,O=Contoso" in shown.contents.value
