"""What is true of Azure Machine Learning and MLflow: plain data and pure functions.

Nothing here reads a file, an environment variable or the network, and nothing is imported from the other
packages of azmlflow, from azure or from mlflow. Every claim names its source in the docstring of its module;
the tests in tests/truth hold the claims against the real packages.
"""
