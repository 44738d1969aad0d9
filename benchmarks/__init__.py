"""The budgets of docs/architecture.md, measured beside peers in one run."""
