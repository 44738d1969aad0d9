"""The names of the box's own things. They are always the same, so that a page can show them; only secrets are random."""

from __future__ import annotations

from typing import Final

from azmlflow.azure.workspace import WorkspaceRef

TENANT_ID: Final = "3f6d0c1a-52b7-4c0e-9d8e-0a1b6f7c2d10"
OTHER_TENANT_ID: Final = "b1d5e9a4-7c3f-4e2b-8a66-5f0e9c7d3b21"
CLIENT_ID: Final = "8c2e4f70-1d9b-4a53-b6c8-7e5d0f3a9b42"
APP_OBJECT_ID: Final = "d4a7b3c9-60e1-4f82-9c15-2b8e6d0f7a53"
USER_NAME: Final = "dana@contoso.onmicrosoft.com"
USER_OBJECT_ID: Final = "5e9f1b6d-83a2-4d7c-a0f4-c6b2e8d13f64"
IDENTITY_CLIENT_ID: Final = "a07c5d2f-94be-4168-8f3d-1e6b9a0c4d75"
IDENTITY_OBJECT_ID: Final = "e2b8f6a1-05c7-4939-b7de-9d4f3c1a8e86"
WORKSPACE: Final = WorkspaceRef("0f8e7d6c-5b4a-4392-8170-6f5e4d3c2b97", "rg-sandbox", "ws-sandbox")
ISSUER: Final = "https://issuer.sandbox.azmlflow.invalid"
SUBJECT: Final = "system:serviceaccount:default:train"
AUDIENCE: Final = "api://AzureADTokenExchange"
"""What a token is addressed to that an application has in place of a secret."""
REGIONS: Final = {
    "AzureCloud": "westeurope",
    "AzureChinaCloud": "chinaeast2",
    "AzureUSGovernment": "usgovvirginia",
}
"""Cloud -> the region of the box's workspace there."""
