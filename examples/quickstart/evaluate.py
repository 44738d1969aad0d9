"""Log how good the line is. The tracking URI was typed by hand, and one word of it is in the wrong case."""

import mlflow

mlflow.set_tracking_uri(
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/6f0c1a52-8f6b-4f0e-9d37-2b7c5c1f4e11"
    "/resourcegroups/rg-churn/providers/Microsoft.MachineLearningServices/workspaces/ws-churn"
)
mlflow.set_experiment("churn")

with mlflow.start_run(run_name="evaluation"):
    mlflow.log_metric("r2", 0.98)
