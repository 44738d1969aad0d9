"""Fit a line to a few points and log the run. As it stands, nobody in ws-churn will ever see it."""

import mlflow

POINTS = [(0.0, 1.1), (1.0, 2.9), (2.0, 5.2), (3.0, 6.8)]


def fit(rate: float, steps: int) -> float:
    slope, intercept = 0.0, 0.0
    for step in range(steps):
        errors = [(slope * x + intercept - y, x) for x, y in POINTS]
        slope -= rate * sum(error * x for error, x in errors) / len(POINTS)
        intercept -= rate * sum(error for error, _ in errors) / len(POINTS)
        mlflow.log_metric("loss", sum(error * error for error, _ in errors), step=step)
    return slope


if __name__ == "__main__":
    with mlflow.start_run(run_name="line"):
        mlflow.log_param("rate", 0.05)
        print("slope:", fit(rate=0.05, steps=40))
