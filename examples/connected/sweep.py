"""Several runs, aimed by the variable MLFLOW_TRACKING_URI in .env."""

import mlflow
from dotenv import load_dotenv

load_dotenv()
mlflow.set_experiment("churn-sweep")

for rate in (0.01, 0.05, 0.1):
    with mlflow.start_run(run_name=f"rate {rate}"):
        mlflow.log_param("rate", rate)
        mlflow.log_metric("loss", 1 / (1 + rate))
