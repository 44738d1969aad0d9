"""azmlflow tells where MLflow code for Azure Machine Learning will log, why, and repairs it."""

__version__ = "0.1.0"
