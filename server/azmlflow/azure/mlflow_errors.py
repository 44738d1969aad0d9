"""What MLflow, its Azure ML plugin and the workspace's own front say, and what the packages say when they do not fit.

Sources: mlflow-skinny 3.15 and azureml-mlflow 1.62, run; texts of the service from public threads: "Bearer token not provided."
(https://github.com/mlflow/mlflow/issues/5846), private link (https://github.com/MicrosoftDocs/azure-docs/issues/90426), the limit of
parameters and the conflict of artifacts (https://github.com/Azure/azure-sdk-for-python/issues/35685,
https://github.com/MicrosoftLearning/mslearn-mlops/issues/42), logged models (ISSUES/44896).
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.remedy import AZ_LOGIN, GIVE_ROLE, PRIVATE_LINK, ROLES, URI_OF_WORKSPACE, Remedy
from azmlflow.azure.versions import ISSUES

TRACKING: Final = "https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking"
_INSTALL: Final = "python -m pip install --upgrade azureml-mlflow"

PACKAGE_ERRORS: Final = (
    Remedy(
        "MLflow does not know azureml:// addresses, because the package azureml-mlflow is not installed in this interpreter.",
        _INSTALL,
        TRACKING,
        ("got unsupported uri 'azureml:|", "no module named 'azureml|", "keyerror: 'azureml'"),
    ),
    Remedy(
        "No tracking URI is set, and mlflow-skinny cannot open the local database that MLflow falls back to. Set the tracking URI of "
        "the workspace.",
        "export MLFLOW_TRACKING_URI=<tracking URI of the workspace>",
        TRACKING,
        ("got unsupported uri 'sqlite:|",),
    ),
    Remedy(
        "MLflow does not know the scheme of the tracking URI. It must begin with azureml://.",
        URI_OF_WORKSPACE,
        TRACKING,
        ("got unsupported uri '|", "unsupportedmodelregistrystoreuriexception"),
    ),
    Remedy(
        "azureml-mlflow is too old for this MLflow, so that no artifact or model can be logged. Upgrade it.",
        _INSTALL,
        f"{ISSUES}/43661",
        ("azureml_artifacts_builder() got an unexpected keyword",),
    ),
    Remedy(
        "azureml-mlflow and MLflow do not fit together, so that no artifact or model can be logged. Upgrade both.",
        _INSTALL,
        f"{ISSUES}/44365",
        ("artifactrepository.__init__() takes",),
    ),
    Remedy(
        "The package protobuf is too new for this azureml-mlflow. Upgrade azureml-mlflow.",
        _INSTALL,
        f"{ISSUES}/38748",
        ("cannot import name 'service' from 'google.protobuf'",),
    ),
    Remedy(
        "The package marshmallow is too new for this azure-ai-ml. Upgrade azure-ai-ml.",
        "python -m pip install --upgrade azure-ai-ml",
        f"{ISSUES}/40565",
        ("from 'marshmallow.",),
    ),
    Remedy(
        "MLflow is not installed in this interpreter.",
        "python -m pip install mlflow-skinny azureml-mlflow",
        TRACKING,
        ("no module named 'mlflow|",),
    ),
    Remedy(
        "azure-ai-ml is not installed in this interpreter. Only MLClient needs it.",
        "python -m pip install azure-ai-ml",
        None,
        ("no module named 'azure.ai|",),
    ),
    Remedy(
        "azure-identity is not installed in this interpreter; it comes with azureml-mlflow.",
        _INSTALL,
        None,
        ("no module named 'azure|", "no module named 'msal|"),
    ),
    Remedy(
        "A package that the code needs is not installed in this interpreter.",
        "python -m pip install <the package that the message names>",
        None,
        ("no module named |",),
    ),
)

SERVICE_ERRORS: Final = (
    Remedy(
        "The workspace does not have the API with which MLflow 3 logs models. Runs, metrics and files work; to log models use "
        "MLflow 2, or save the model to a folder and log that with mlflow.log_artifacts.",
        "python -m pip install 'mlflow<3' 'mlflow-skinny<3'",
        f"{ISSUES}/44896",
        ("/logged-models|404", "/api/3.0/|404"),
    ),
    Remedy(
        "The workspace only lets requests in from its private network. Connect to its network (VPN). A tracking URI that was built "
        "by hand may name a host outside it: take the workspace's own.",
        URI_OF_WORKSPACE,
        PRIVATE_LINK,
        (
            "workspace private link",
            "private endpoint",
            "public network access|denied",
            "public access is disabled",
        ),
        "PRIVATE_LINK",
    ),
    Remedy(
        "The request reached the workspace without a token: the tracking URI begins with https://, so that MLflow does not use "
        "azureml-mlflow. Begin it with azureml://.",
        URI_OF_WORKSPACE,
        TRACKING,
        ("bearer token not provided",),
    ),
    Remedy(
        "The tracking URI is cut off or has a part in the wrong case: it must end in /subscriptions/.../resourceGroups/.../providers/"
        "Microsoft.MachineLearningServices/workspaces/NAME, in just these letters.",
        URI_OF_WORKSPACE,
        TRACKING,
        ("'nonetype' object has no attribute 'group'",),
    ),
    Remedy(
        "The tracking URI has no host, mostly because a slash is missing after azureml:/. Copy it from the workspace.",
        URI_OF_WORKSPACE,
        TRACKING,
        ("invalid url: https:///",),
    ),
    Remedy(
        "MLflow takes the tracking URI for a local folder, because it is empty, or has quotation marks or something else before "
        "azureml://. Take it from the workspace with --output tsv.",
        URI_OF_WORKSPACE,
        TRACKING,
        ("filesystem tracking backend|maintenance mode",),
    ),
    Remedy(
        "A run may have at most 200 parameters in Azure Machine Learning. Log fewer, or all of them as a file with mlflow.log_dict.",
        None,
        f"{ISSUES}/35685",
        ("fieldname=parameters", "over the size limit"),
    ),
    Remedy(
        "The run already has an artifact of this name, and Azure Machine Learning overwrites none. Use another name, or another run.",
        None,
        "https://github.com/MicrosoftLearning/mslearn-mlops/issues/42",
        ("resource conflict",),
    ),
    Remedy(
        "MLFLOW_RUN_ID names a run that is not in this workspace or is another than the active one; it is left over from a job. Remove it.",
        "unset MLFLOW_RUN_ID",
        None,
        ("active run id does not match environment run id", "resource_does_not_exist: run with id"),
    ),
    Remedy(
        "MLFLOW_EXPERIMENT_ID and MLFLOW_EXPERIMENT_NAME name different experiments, or the ID one that is not there. Keep the name.",
        "unset MLFLOW_EXPERIMENT_ID",
        None,
        ("mlflow_experiment_id environment variable value",),
    ),
    Remedy(
        "MLFLOW_EXPERIMENT_NAME is set and empty. Give it a name, or remove it.",
        "unset MLFLOW_EXPERIMENT_NAME",
        None,
        ("missing value for required parameter 'experiment_name'",),
    ),
    Remedy(
        "You are signed in, and this identity may not do this in the workspace. It needs the role AzureML Data Scientist there; a "
        "new role takes some minutes. If it has the role, the token may be of another tenant than the workspace's: set "
        "AZURE_TENANT_ID.",
        GIVE_ROLE,
        ROLES,
        (
            '"authorizationerror"',
            "'authorizationerror'",
            "authorizationpermissionmismatch",
            "does not have authorization to perform",
            "forbidden",
            "error code 403",
            "status code 403",
            "http 403",
            "permission_denied",
        ),
    ),
    Remedy(
        "The workspace does not accept the token: it is for another tenant or cloud, or has expired. Set AZURE_TENANT_ID to the tenant "
        "of the workspace and sign in again.",
        AZ_LOGIN,
        None,
        (
            "'authenticationerror'",
            '"authenticationerror"',
            "wrong issuer",
            "error code 401",
            "status code 401",
            "http 401",
            "unauthorized",
        ),
    ),
    Remedy(
        "The service asks for fewer requests. Wait a minute and test again.",
        None,
        None,
        (
            "too many 429 error responses",
            "error code 429",
            "status code 429",
            "http 429",
            "too many requests",
            "throttl",
        ),
    ),
    Remedy(
        "The service, or something between here and it, is not available for the moment. Wait and test again; if it stays, look at "
        "Azure's status.",
        None,
        "https://azure.status.microsoft/",
        (
            "bad gateway",
            "service unavailable",
            "gateway time",
            "internal server error",
            "too many 500 error responses",
            "too many 502 error responses",
            "too many 503 error responses",
            "too many 504 error responses",
            "error code 500",
            "error code 502",
            "error code 503",
            "error code 504",
            "http 500",
            "http 502",
            "http 503",
            "http 504",
        ),
    ),
    Remedy(
        "The workspace was not found there. Check the region in the host, and the subscription, resource group and workspace in "
        "the tracking URI; take it from the workspace itself.",
        URI_OF_WORKSPACE,
        TRACKING,
        (
            "error code 404",
            "status code 404",
            "http 404",
            "workspace not found",
            "the workspace |was not found",
            "workspacenotfound",
        ),
    ),
)
