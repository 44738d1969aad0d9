"""A snapshot becomes an answer: what MLflow would do when a file runs, and which lines make it so."""
