"""What the error codes of Azure Resource Manager mean for somebody who looks for a workspace.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors,
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting and, for InvalidAuthenticationTokenTenant,
https://github.com/Azure/azure-sdk-for-python/issues/31429.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.remedy import AZ_LOGIN, GIVE_ROLE, NAME_THE_CLOUD, ROLES, Remedy

COMMON_ERRORS: Final = (
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors"
)
_ACCESS: Final = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"
_TENANT_OF: Final = "https://learn.microsoft.com/azure/azure-portal/get-subscription-tenant-id#find-your-microsoft-entra-tenant"
_READ_ONLY: Final = "https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled"

_FRESH: Final = "Azure does not accept the token: it has expired or is damaged. Sign in again, and check the clock of this machine."
_NO_ROLE: Final = (
    "You are signed in, and this identity has no role in the workspace that allows it. Somebody who owns the workspace must "
    "give it the role AzureML Data Scientist; a new role takes some minutes. Check also that no name ends with a space."
)
_WAIT: Final = (
    "Azure asks for fewer requests from this identity or subscription. Wait a minute and test again."
)
_NOT_REGISTERED: Final = (
    "Azure Machine Learning is not enabled in this subscription, so that it can have no workspace. Check the subscription "
    "ID, or have the provider registered."
)
_REGISTER: Final = "az provider register --namespace Microsoft.MachineLearningServices"
_LIST_WORKSPACES: Final = (
    "az resource list --subscription <subscription-id> "
    "--resource-type Microsoft.MachineLearningServices/workspaces --query '[].{name:name, group:resourceGroup}' --output table"
)

ARM_ERRORS: Final[dict[str, Remedy]] = {
    "AuthorizationFailed": Remedy(_NO_ROLE, GIVE_ROLE, ROLES),
    "LinkedAuthorizationFailed": Remedy(
        "You are signed in, and this identity may not use another resource that the workspace refers to. It needs a role "
        "there as well, or the resource is in another tenant.",
        GIVE_ROLE,
        _ACCESS,
    ),
    "DenyAssignmentAuthorizationFailed": Remedy(
        "A deny assignment on the workspace or above it forbids this, whatever roles you have. Ask who owns the workspace.",
        None,
        _ACCESS,
    ),
    "InvalidAuthenticationToken": Remedy(_FRESH, AZ_LOGIN, _ACCESS),
    "ExpiredAuthenticationToken": Remedy(_FRESH, AZ_LOGIN, _ACCESS),
    "AuthenticationFailed": Remedy(_FRESH, AZ_LOGIN, _ACCESS),
    "AuthenticationFailedMissingToken": Remedy(_FRESH, AZ_LOGIN, _ACCESS),
    "InvalidAuthenticationTokenTenant": Remedy(
        "You are signed in to another tenant than the one the subscription belongs to. Sign in to the subscription's tenant, "
        "or set AZURE_TENANT_ID to it.",
        AZ_LOGIN,
        _TENANT_OF,
    ),
    "InvalidAuthenticationTokenAudience": Remedy(
        "The token is for another service or cloud than Azure Resource Manager of this one. Set AZUREML_CURRENT_CLOUD to the "
        "cloud of the workspace.",
        NAME_THE_CLOUD,
        _ACCESS,
    ),
    "SubscriptionNotFound": Remedy(
        "Azure finds no subscription with this ID in the tenant you are signed in to. Check the subscription ID in the config "
        "or the tracking URI, and which tenant and cloud it belongs to.",
        "az account list --all --query '[].{name:name, id:id, tenant:tenantId}' --output table",
        _TENANT_OF,
    ),
    "InvalidSubscriptionId": Remedy(
        "The subscription ID in the config or the tracking URI is malformed: it must be a GUID, without quotation marks, "
        "spaces or <...> around it.",
        "az account show --query id --output tsv",
    ),
    "MissingSubscription": Remedy(
        "The request names no subscription. Check the subscription ID in the config or the tracking URI.",
        "az account show --query id --output tsv",
    ),
    "ResourceGroupNotFound": Remedy(
        "The subscription has no resource group of this name. Check the spelling, and that it does not end with a space.",
        "az group list --subscription <subscription-id> --query '[].name' --output tsv",
    ),
    "ResourceNotFound": Remedy(
        "The resource group has no workspace of this name. Check the workspace's name, resource group and subscription in the "
        "config or the tracking URI.",
        _LIST_WORKSPACES,
    ),
    "ParentResourceNotFound": Remedy(
        "The workspace that the request names does not exist. Check its name, resource group and subscription.",
        _LIST_WORKSPACES,
    ),
    "ResourceGroupBeingDeleted": Remedy(
        "The resource group of the workspace is being deleted. Use another workspace."
    ),
    "ReadOnlyDisabledSubscription": Remedy(
        "The subscription is disabled and can only be read, mostly because of billing. Its owner must enable it again.",
        None,
        _READ_ONLY,
    ),
    "DisallowedProvider": Remedy(
        "The subscription does not allow Azure Machine Learning. Its owner must change that.", None
    ),
    "MissingSubscriptionRegistration": Remedy(_NOT_REGISTERED, _REGISTER),
    "SubscriptionNotRegistered": Remedy(_NOT_REGISTERED, _REGISTER),
    "NoRegisteredProviderFound": Remedy(
        "This cloud has no Azure Machine Learning of the version that was asked for. Check AZUREML_CURRENT_CLOUD, and "
        "upgrade azure-ai-ml.",
        "python -m pip install --upgrade azure-ai-ml",
    ),
    "RequestDisallowedByPolicy": Remedy(
        "A policy of the organization forbids this. Ask who owns the subscription."
    ),
    "RequestDisallowedByAzure": Remedy(
        "Azure itself forbids this request in this subscription or region. Ask who owns the subscription."
    ),
    "ScopeLocked": Remedy("The workspace is locked against changes. Ask who owns it to remove the lock."),
    "TooManyRequests": Remedy(_WAIT),
    "SubscriptionRequestsThrottled": Remedy(_WAIT),
    "InternalServerError": Remedy("Azure had a fault of its own. Wait a moment and test again."),
    "ServerTimeout": Remedy("Azure was too slow to answer. Wait a moment and test again."),
    "ServiceUnavailable": Remedy("Azure is not available for the moment. Wait and test again."),
}
"""Code -> what to do, as the code stands in the answer."""
