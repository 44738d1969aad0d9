"""The same line as in quickstart, logged to the workspace in config.json."""

import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
workspace = ml_client.workspaces.get(ml_client.workspace_name)
mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
mlflow.set_experiment("churn")

with mlflow.start_run(run_name="line"):
    mlflow.log_param("rate", 0.05)
    mlflow.log_metric("loss", 0.02)
