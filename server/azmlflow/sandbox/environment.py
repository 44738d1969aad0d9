"""The variables that lead a process into the box, and those that would lead it past."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from azmlflow.azure.clouds import AZURE_CLOUD
from azmlflow.sandbox import jwt, names, stand_ins
from azmlflow.sandbox.certificates import ClientCertificate, new_certificate
from azmlflow.sandbox.imds import IN_AZURE
from azmlflow.sandbox.scenarios import CREDENTIALS
from azmlflow.sandbox.tokens import signing_key
from azmlflow.sandbox.transport.proxy import USER

if TYPE_CHECKING:
    from azmlflow.sandbox.box import AzureBox

LOOPBACK: Final = "127.0.0.1,localhost,::1"
"""What is on this machine is asked directly, as it would be without the box."""
PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
PAST_THE_BOX: Final = frozenset(
    (
        *("SSL_CERT_DIR", "ARM_CLOUD_METADATA_URL", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IMDS_ENDPOINT"),
        *("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET"),
    )
)
"""Variables that name another source of tokens or of trust."""
OF_CREDENTIALS: Final = frozenset(
    (
        *("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_USERNAME", "AZURE_PASSWORD"),
        *("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        *("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS"),
        *("AZURE_AUTHORITY_HOST", "AZUREML_CURRENT_CLOUD"),
        *("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_TOKEN"),
        *("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"),
    )
)
"""Variables that say who asks, and where to."""


def steering_variables(box: AzureBox, kind: str) -> dict[str, str]:
    """Return the variables that lead every client of this process to the box.

    The proxy's user says whether the process pretends to run on a machine with a managed identity.
    """
    proxy = box.proxy
    user = IN_AZURE if kind in {"imds", "any"} else USER
    address = f"http://{user}:{quote(proxy.password, safe='')}@127.0.0.1:{proxy.port}"
    variables = {**dict.fromkeys(PROXIES, address), "NO_PROXY": LOOPBACK}
    if os.name != "nt":  # there both spellings are one variable; elsewhere the small one wins
        variables |= {name.lower(): value for name, value in variables.items()}
    return variables | dict.fromkeys(BUNDLES, str(box.bundle))


def workspace_variables(box: AzureBox) -> dict[str, str]:
    """Return the variables that name the box's workspace and its cloud."""
    cloud = box.world.cloud
    variables = {"AZUREML_CURRENT_CLOUD": cloud.name, "MLFLOW_TRACKING_URI": box.workspace_uri}
    if cloud != AZURE_CLOUD:  # azure-identity asks this one, azureml-mlflow the other
        variables["AZURE_AUTHORITY_HOST"] = f"https://{cloud.login_host}"
    return variables


def credential_variables(box: AzureBox, kind: str, path: str | None = None) -> dict[str, str]:
    """Return the variables of a kind of credential, and make what they name; ValueError for another kind.

    `path` is the PATH before which the folder of a stand-in goes.
    """
    if kind not in CREDENTIALS:
        raise ValueError(f"there is no credential '{kind}': {', '.join(CREDENTIALS)}")
    app = {"AZURE_TENANT_ID": box.tenant_id, "AZURE_CLIENT_ID": box.client_id}
    if kind == "secret":
        return {**app, "AZURE_CLIENT_SECRET": box.client_secret}
    if kind == "certificate":
        return {**app, "AZURE_CLIENT_CERTIFICATE_PATH": str(_certificate(box).path)}
    if kind == "workload":
        return {**app, "AZURE_FEDERATED_TOKEN_FILE": _token_file(box)}
    if kind == "password":
        return {**app, "AZURE_USERNAME": names.USER_NAME, "AZURE_PASSWORD": box.user_password}
    folders = tool_folders(box, kind)
    return {"PATH": os.pathsep.join([*folders, path or os.defpath])} if folders else {}


def tool_folders(box: AzureBox, kind: str) -> list[str]:
    """Return the folders that go before the PATH for a kind of credential, with the stand-ins written into them."""
    tools = stand_ins.TOOLS if kind == "any" else tuple(tool for tool in stand_ins.TOOLS if tool == kind)
    folders = [box.folder / "bin" / tool for tool in tools]
    for tool, folder in zip(tools, folders, strict=True):
        stand_ins.write(folder, tool, box.proxy.port, box.proxy.credentials)
    return [str(folder) for folder in folders]


def merged(base: Mapping[str, str], variables: Mapping[str, str], keep_credentials: bool) -> dict[str, str]:
    """Return an environment with these variables, without those that would lead past the box."""
    dropped = PAST_THE_BOX if keep_credentials else PAST_THE_BOX | OF_CREDENTIALS
    ours = {name.upper() for name in (*PROXIES, "NO_PROXY")}
    kept = {
        name: value
        for name, value in base.items()
        if name.upper() not in dropped and name.upper() not in ours
    }
    return {**kept, **variables}


def _certificate(box: AzureBox) -> ClientCertificate:
    """Return the application's certificate, made when it is first asked for, and register it."""
    certificate = box.world.backstage.part("client certificate", lambda: new_certificate(box.folder))
    if box.world.registers_certificate:
        for tenant in box.world.tenants.values():
            for app in tenant.apps.values():
                if app.client_id == box.client_id and certificate.public not in app.certificates:
                    app.certificates.append(certificate.public)
    return certificate


def _token_file(box: AzureBox) -> str:
    """Write the token that the application's issuer gives to its workload, and return the file's path."""
    now = int(time.time())
    claims = {"iss": names.ISSUER, "sub": names.SUBJECT, "aud": names.AUDIENCE}
    token = jwt.sign(
        {"kid": "sandbox"}, {**claims, "iat": now, "nbf": now, "exp": now + 86400}, signing_key(box.world)
    )
    path = box.folder / "federated-token"
    path.touch(mode=0o600)
    path.write_text(token, encoding="ascii")
    return str(path)
