"""azureml-mlflow from the inside: the chain that it builds for a tracking URI, and where it keeps that.

Source: `azureml/mlflow/_internal/utils.py` and `service_context_loader.py`; tests/probes/test_chain_step.py holds what is
used here against the installed version.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlparse

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import Cloud, cloud_named, cloud_of_login_host, is_metadata_host
from azmlflow.azure.tracking_uri import compose_tracking_uri, parse_tracking_uri
from azmlflow.probes.child.context import Context

UTILS: Final = "azureml.mlflow._internal.utils"
LOADER: Final = "azureml.mlflow._internal.service_context_loader"

_ANYWHERE: Final = "region"
"""Stands for the region of a workspace whose URI is not known yet; the chain depends on the names alone."""


def uri_for_chain(context: Context) -> str | None:
    """Return a URI for which the plugin builds the chain that it would use, None where no workspace is known."""
    if context.request.uri is not None:
        return context.request.uri
    ref = context.request.workspace
    return None if ref is None else compose_tracking_uri(_ANYWHERE, ref)


def tracking_uri(context: Context) -> str | None:
    """Return the URI that MLflow is to be pointed at, None where it is not known or no token may be sent there."""
    text = context.request.uri or context.workspace_uri
    return text if text and workspace_of(text) else None


def workspace_of(uri: str) -> str | None:
    """Return the name of the workspace that a URI means, None where it means none or its host is not Azure ML's."""
    parsed = parse_tracking_uri(uri)
    return parsed.workspace.workspace_name if parsed and parsed.workspace and parsed.cloud else None


def takes_job_token(environment: Mapping[str, str]) -> bool:
    """Tell whether the plugin takes MLFLOW_TRACKING_TOKEN in place of its chain, as it does in a job of Azure ML."""
    experiment = v.MLFLOW_EXPERIMENT_ID in environment or v.MLFLOW_EXPERIMENT_NAME in environment
    job = (v.MLFLOW_TRACKING_URI, v.MLFLOW_TRACKING_TOKEN, v.MLFLOW_RUN_ID)
    return experiment and all(name in environment for name in job)


def build(uri: str, environment: Mapping[str, str]) -> Any:
    """Return the service context that the plugin makes for a tracking URI; raises whatever it raises."""
    utils = import_module(UTILS)
    if takes_job_token(environment):
        return utils.get_service_context_from_tracking_url_mlflow_env_vars(urlparse(uri))
    return utils.get_service_context_from_tracking_url_default_auth(urlparse(uri))


def serve(uri: str, auth: Any) -> Any:
    """Return the service context that the plugin has for the URI of a client's workspace: the client's credential, no chain."""
    utils = import_module(UTILS)
    parsed = parse_tracking_uri(uri)
    if parsed is None or parsed.workspace is None:
        raise ValueError("the tracking URI names no workspace")
    return utils.ServiceContext(
        host_url=f"https://{urlparse(uri).netloc}",
        subscription_id=parsed.workspace.subscription_id,
        workspace_name=parsed.workspace.workspace_name,
        resource_group_name=parsed.workspace.resource_group,
        auth=auth,
        cloud=utils._get_cloud_or_default(),
    )


def links_of(auth: Any) -> list[tuple[str, Any]]:
    """Return the name and the object of each link of a credential, in its order; of one that is no chain itself."""
    if not hasattr(auth, "credentials"):
        in_azure_identity = type(auth).__module__.startswith("azure.identity")
        return [(_name_of(auth) if in_azure_identity else v.MLFLOW_TRACKING_TOKEN, auth)]
    return [(_name_of(credential), credential) for credential in auth.credentials]


def cloud_of(service: Any) -> Cloud:
    """Return the cloud that the plugin has decided on; one that the metadata alone knows has no tracking host of ours."""
    theirs = service.cloud
    known = cloud_named(theirs.name)
    if known is not None:
        return known
    arm = urlparse(theirs.endpoints.resource_manager).netloc
    login = urlparse(theirs.endpoints.active_directory).netloc
    return Cloud(theirs.name, None, arm, login, "", None)


def foreign_host(service: Any) -> str | None:
    """Return where the plugin would send secrets or tokens, and it is no host of the clouds that are known; else None.

    It believes what a list of clouds says that it has fetched, under whatever name.
    """
    endpoints = service.cloud.endpoints
    hosts = [urlparse(address).netloc for address in (endpoints.active_directory, endpoints.resource_manager)]
    login, arm = hosts
    if cloud_of_login_host(login) is None:
        return login or "nobody"
    return None if is_metadata_host(arm) else arm or "nobody"


def scope_of(service: Any) -> str:
    """Return the scope of the token that the plugin asks for."""
    scope: str = service.cloud._get_default_scope()
    return scope


def adopt(context: Context, uri: str) -> None:
    """Have the plugin use for a URI the very credential that was tested: the one that it would use for the code.

    So the cloud is not asked for a second time and nobody has to sign in twice. Of a probe of one link it is that link.
    """
    from azure.identity import ChainedTokenCredential

    ours = context.service
    only = ChainedTokenCredential(context.credential) if context.request.link else ours.auth
    service = import_module(UTILS).ServiceContext(
        host_url=f"https://{urlparse(uri).netloc}",
        subscription_id=ours.subscription_id,
        workspace_name=ours.workspace_name,
        resource_group_name=ours.resource_group_name,
        auth=only,
        cloud=ours.cloud,
    )
    import_module(LOADER)._AzureMLServiceContextLoader.add_service_context(uri, service)


def _name_of(credential: Any) -> str:
    return getattr(credential, "_credential_name", None) or type(credential).__name__
