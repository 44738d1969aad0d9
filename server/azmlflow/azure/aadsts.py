"""What the error codes of Microsoft Entra ID (AADSTS...) mean for somebody who logs to a workspace.

Sources: https://learn.microsoft.com/entra/identity-platform/reference-error-codes for all but these, which stand in no list of
Microsoft's and were taken from messages in public threads: 700003 and 500341 (Microsoft's pages on Data Factory and on
Power Automate connections), 700024 (https://github.com/Azure/login/issues/180), 900023 (azure-identity's TROUBLESHOOTING.md),
70021 and 700211 to 700213 (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
Microsoft changes its texts and adds codes; a code that is not here gets an honest general answer.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.remedy import (
    AZ_LOGIN,
    NAME_THE_CLOUD,
    NO_SUCH_TENANT,
    SET_TENANT,
    SHOW_TENANT,
    SIGN_IN,
    Remedy,
)

LOCKS_OUT: Final = frozenset({"AADSTS50126", "AADSTS50053"})
"""Codes of a wrong password and of an account that is locked by several: tried again, it is locked for longer
(https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout)."""


def error_page(code: int) -> str:
    """Return Microsoft's own page about a code."""
    return f"https://login.microsoftonline.com/error?code={code}"


_NEW_SECRET: Final = "az ad app credential reset --id $AZURE_CLIENT_ID --append --query password --output tsv"
_SHOW_APP: Final = "az ad sp show --id $AZURE_CLIENT_ID --query appId --output tsv"
_CERTIFICATES: Final = "az ad app credential list --id $AZURE_CLIENT_ID --cert --output table"
_FEDERATED: Final = "az ad app federated-credential list --id $AZURE_CLIENT_ID --output table"
_UPLOAD: Final = (
    "az ad app credential reset --id $AZURE_CLIENT_ID --append --cert @<file with the public certificate>"
)

_MFA: Final = (
    "The account has to confirm its sign-in with a second factor (MFA), which cannot be done in the background. "
    "Sign in again; with a user name and password it can never work: use a service principal instead."
)
_EXPIRED: Final = "The saved sign-in has expired because it was not used for too long. Sign in again."
_TOO_LONG_AGO: Final = (
    "The saved sign-in has expired: a Conditional Access policy asks for a new one after so many hours. Sign in again; for "
    "long or unattended runs use a service principal or a managed identity."
)
_RESTRICTED: Final = (
    "A policy forbids this account or this network to use the other tenant (tenant restrictions, or cross-tenant access). "
    "Signing in again does not help: an administrator has to allow that tenant, or sign in with an account of its own."
)
_RISK: Final = "Entra ID takes this sign-in or this account for being at risk and blocks it. An administrator sees why in Entra ID Protection."
_PASSWORD_EXPIRED: Final = "The account's password has expired. Change it, then sign in again."
_NO_TENANT: Final = (
    "Nothing says which tenant to sign in to. Set AZURE_TENANT_ID to the tenant of the workspace."
)
_NO_FEDERATION: Final = (
    "No federated credential of the application matches the token of this pod or pipeline. Its issuer, subject and audience "
    "must be those of the token, letter for letter; a GitHub subject changes with the branch, tag or environment."
)
_CONSENT: Final = (
    "The application may not get a token for Azure on behalf of this account before somebody has agreed to it. "
    "Sign in once in a browser and agree, or ask an administrator of the tenant to do so for everybody."
)
_ADMIN_CONSENT: Final = (
    "An administrator of the tenant has to agree to the application before anybody can use it."
)
_NO_PROOF: Final = (
    "No secret or certificate was sent for the application. Set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH "
    "next to AZURE_TENANT_ID and AZURE_CLIENT_ID."
)
_NO_SUCH_APP: Final = (
    "There is no application with the ID in AZURE_CLIENT_ID in this tenant. Take the Application (client) ID, not the Object "
    "ID, and check that AZURE_TENANT_ID is the tenant in which it was registered."
)
_NOT_A_MEMBER: Final = (
    "The account is not in this tenant, neither as a member nor as a guest. Sign in to the tenant that the workspace "
    "belongs to with an account that is in it, or have the account invited as a guest."
)
_BLOCKED: Final = (
    "A Conditional Access policy of the organization forbids this sign-in, often because of the network, the device or the "
    "program. Signing in again does not help: an administrator sees the policy under Sign-in logs in the Entra admin center."
)
_DEVICE: Final = (
    "A Conditional Access policy only lets devices in that the organization manages, and this is not one of them "
    "(a container, a virtual machine or WSL never is). Use a service principal or a managed identity here."
)
_OTHER_CLOUD: Final = (
    "The tenant belongs to another Azure cloud than the one that was asked. Set AZUREML_CURRENT_CLOUD to the tenant's cloud "
    "(AzureCloud, AzureChinaCloud or AzureUSGovernment)."
)
_DISABLED: Final = (
    "The application, or the service it asks for, exists and has been disabled. An administrator must enable it again: Entra admin center, Enterprise "
    "applications, Properties, 'Enabled for users to sign-in'."
)
_PASSWORD: Final = (
    "Entra does not accept this user name and password. Correct AZURE_USERNAME and AZURE_PASSWORD, or better take "
    "them out: this way of signing in is deprecated and does not work with MFA."
)
_REVOKED: Final = (
    "The saved sign-in was revoked, usually because the account's password was changed. Sign in again."
)
_BUSY: Final = "Microsoft Entra ID is busy or has a passing fault. Wait a moment and test again."

AADSTS: Final[dict[int, Remedy]] = {
    7000215: Remedy(
        "The client secret in AZURE_CLIENT_SECRET is wrong. It must be the secret's Value, which is shown only once, not its "
        "Secret ID; a # or a space may also have cut it off in a .env file. Make a new secret.",
        _NEW_SECRET,
    ),
    7000222: Remedy(
        "The client secret in AZURE_CLIENT_SECRET has expired. Make a new one and put its value in the variable.",
        _NEW_SECRET,
    ),
    70002: Remedy("The credentials of the application are wrong. Make a new client secret.", _NEW_SECRET),
    7000218: Remedy(_NO_PROOF, "export AZURE_CLIENT_SECRET=<the secret's value>"),
    7000216: Remedy(_NO_PROOF, "export AZURE_CLIENT_SECRET=<the secret's value>"),
    7000229: Remedy(
        "The application has no service principal in this tenant, so that it cannot sign in there. An administrator can make it.",
        "az ad sp create --id $AZURE_CLIENT_ID",
    ),
    700016: Remedy(_NO_SUCH_APP, _SHOW_APP),
    700011: Remedy(_NO_SUCH_APP, _SHOW_APP),
    70001: Remedy(
        "The application is disabled or is not in this tenant. Check AZURE_CLIENT_ID and AZURE_TENANT_ID.",
        _SHOW_APP,
    ),
    7000112: Remedy(_DISABLED, "az ad sp update --id $AZURE_CLIENT_ID --set accountEnabled=true"),
    700027: Remedy(
        "Entra does not accept the certificate in AZURE_CLIENT_CERTIFICATE_PATH: it is not registered on the application, "
        "or has expired, or the private key in the file belongs to another certificate. Compare its thumbprint with the portal's.",
        _CERTIFICATES,
    ),
    50012: Remedy(
        "Entra does not accept the signature made with the certificate in AZURE_CLIENT_CERTIFICATE_PATH. Register this "
        "certificate on the application, or use the one that is registered.",
        _UPLOAD,
    ),
    700030: Remedy(
        "The application does not accept a certificate of this subject. Use one that is registered on it.",
        _CERTIFICATES,
    ),
    700024: Remedy(
        "The token with which this pod or pipeline proves who it is has expired (GitHub's lives for minutes), or the clock "
        "of this machine is wrong. Sign in again right before the long step, or correct the clock.",
    ),
    500133: Remedy(
        "The token with which this code proves who it is has expired. Get a fresh one right before it is used.",
    ),
    50013: Remedy(
        "Entra does not accept the signature of the token with which this code proves who it is. Get a fresh one from the issuer "
        "that the application trusts.",
    ),
    70021: Remedy(_NO_FEDERATION, _FEDERATED),
    700211: Remedy(_NO_FEDERATION, _FEDERATED),
    700212: Remedy(_NO_FEDERATION, _FEDERATED),
    700213: Remedy(_NO_FEDERATION, _FEDERATED),
    90002: Remedy(NO_SUCH_TENANT, SHOW_TENANT),
    900023: Remedy(
        "What stands in AZURE_TENANT_ID is neither a tenant's ID nor a domain name. Take the Directory (tenant) ID.",
        SHOW_TENANT,
    ),
    50059: Remedy(_NO_TENANT, SET_TENANT),
    50128: Remedy(_NO_TENANT, SET_TENANT),
    90019: Remedy(_NO_TENANT, SET_TENANT),
    90038: Remedy(_OTHER_CLOUD, NAME_THE_CLOUD),
    900382: Remedy(_OTHER_CLOUD, NAME_THE_CLOUD),
    900432: Remedy(_OTHER_CLOUD, NAME_THE_CLOUD),
    50049: Remedy(_OTHER_CLOUD, NAME_THE_CLOUD),
    500011: Remedy(
        "The tenant does not know Azure Resource Manager under the name that was asked for. Usually the tenant belongs to "
        "another cloud than AZUREML_CURRENT_CLOUD says.",
        NAME_THE_CLOUD,
    ),
    50001: Remedy(
        "The tenant does not know the resource that was asked for. Usually the tenant belongs to another cloud than "
        "AZUREML_CURRENT_CLOUD says.",
        NAME_THE_CLOUD,
    ),
    50072: Remedy(_MFA, SIGN_IN),
    50074: Remedy(_MFA, SIGN_IN),
    50076: Remedy(_MFA, SIGN_IN),
    50078: Remedy(_MFA, SIGN_IN),
    50079: Remedy(
        "The account has to set up a second factor (MFA) before it can sign in. Sign in once in a browser and follow the "
        "steps, then sign in here again.",
        SIGN_IN,
    ),
    50158: Remedy(_MFA, SIGN_IN),
    50126: Remedy(_PASSWORD, "unset AZURE_USERNAME AZURE_PASSWORD"),
    50056: Remedy(_PASSWORD, "unset AZURE_USERNAME AZURE_PASSWORD"),
    50053: Remedy(
        "The account is locked after too many wrong passwords, or the address of this machine is blocked. Wait, or ask an "
        "administrator to unblock it.",
    ),
    50055: Remedy(_PASSWORD_EXPIRED, SIGN_IN),
    50144: Remedy(_PASSWORD_EXPIRED, SIGN_IN),
    50057: Remedy("The account is disabled. Ask an administrator, or sign in with another account.", SIGN_IN),
    50173: Remedy(_REVOKED, SIGN_IN),
    50132: Remedy(_REVOKED, SIGN_IN),
    50133: Remedy(_REVOKED, SIGN_IN),
    700082: Remedy(_EXPIRED, SIGN_IN),
    70008: Remedy(_EXPIRED, SIGN_IN),
    70043: Remedy(_TOO_LONG_AGO, SIGN_IN),
    70044: Remedy(_TOO_LONG_AGO, SIGN_IN),
    70000: Remedy("The saved sign-in is no longer valid. Sign in again.", SIGN_IN),
    700084: Remedy(_EXPIRED, SIGN_IN),
    50085: Remedy(_EXPIRED, SIGN_IN),
    50089: Remedy(_EXPIRED, SIGN_IN),
    50058: Remedy("Nobody is signed in. Sign in first.", SIGN_IN),
    50020: Remedy(_NOT_A_MEMBER, SIGN_IN),
    50034: Remedy(_NOT_A_MEMBER, SIGN_IN),
    51004: Remedy(_NOT_A_MEMBER, SIGN_IN),
    16000: Remedy(_NOT_A_MEMBER, SIGN_IN),
    90072: Remedy(_NOT_A_MEMBER, SIGN_IN),
    500341: Remedy("The account has been deleted from the tenant. Sign in with another account.", SIGN_IN),
    50105: Remedy(
        "The account is not assigned to the application, which only lets assigned users in. An administrator can assign it: "
        "Entra admin center, Enterprise applications, Users and groups.",
    ),
    50194: Remedy(
        "The application only serves its own tenant, and no tenant was named. Set AZURE_TENANT_ID.",
        SET_TENANT,
    ),
    500021: Remedy(_RESTRICTED),
    5000211: Remedy(_RESTRICTED),
    500212: Remedy(_RESTRICTED),
    500213: Remedy(_RESTRICTED),
    500014: Remedy(_DISABLED),
    50097: Remedy(_DEVICE),
    50129: Remedy(_DEVICE),
    53002: Remedy(_BLOCKED),
    53004: Remedy(_RISK),
    53011: Remedy(_RISK),
    53000: Remedy(_DEVICE),
    53001: Remedy(_DEVICE),
    700003: Remedy(
        "The device with which the account signed in is no longer known to the organization. Sign in again; if that fails, "
        "the device has to be registered again.",
        SIGN_IN,
    ),
    53003: Remedy(_BLOCKED),
    530003: Remedy(_DEVICE),
    530032: Remedy(_BLOCKED),
    530034: Remedy(_BLOCKED),
    530035: Remedy(_BLOCKED),
    50131: Remedy(_BLOCKED),
    65001: Remedy(_CONSENT, SIGN_IN),
    65004: Remedy(_CONSENT, SIGN_IN),
    90094: Remedy(_ADMIN_CONSENT, "az ad app permission admin-consent --id $AZURE_CLIENT_ID"),
    90095: Remedy(_ADMIN_CONSENT, "az ad app permission admin-consent --id $AZURE_CLIENT_ID"),
    650052: Remedy(
        "The organization has not enabled the service that the application asks for. Ask an administrator of the tenant.",
    ),
    650057: Remedy(
        "The application does not list Azure Resource Manager among the services it uses. Add 'Azure Service Management, "
        "user_impersonation' under API permissions, or sign in with `az login` instead.",
        AZ_LOGIN,
    ),
    70011: Remedy(
        "Entra does not know the scope that was asked for. Usually AZUREML_CURRENT_CLOUD or ARM_CLOUD_METADATA_URL names "
        "another cloud than the tenant's.",
        "unset ARM_CLOUD_METADATA_URL",
    ),
    700025: Remedy(
        "The application is registered as a public client, which may not sign in with a secret or certificate. Register it "
        "as a confidential client, or sign in with `az login`.",
        AZ_LOGIN,
    ),
    70016: Remedy("Nobody has entered the device code yet.", AZ_LOGIN),
    70019: Remedy("The device code has expired before somebody entered it. Sign in again.", AZ_LOGIN),
    90033: Remedy(_BUSY),
    90012: Remedy(_BUSY),
    90006: Remedy(_BUSY),
    90024: Remedy(_BUSY),
    90055: Remedy(_BUSY),
    50196: Remedy(
        "The application has asked for too many tokens in a short time and is held back for some minutes. Name the credential "
        "in AZURE_TOKEN_CREDENTIALS, so that the chain is not walked at every call.",
        "export AZURE_TOKEN_CREDENTIALS=EnvironmentCredential",
    ),
}
"""Code -> what to do. Where a row has no address of its own, Microsoft's page on the code is given."""
