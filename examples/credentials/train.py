"""Logs a run to an Azure Machine Learning workspace in China, as a service principal that has a certificate."""

import mlflow
from dotenv import load_dotenv

load_dotenv()

mlflow.set_experiment("churn")
with mlflow.start_run():
    mlflow.log_metric("accuracy", 0.93)
