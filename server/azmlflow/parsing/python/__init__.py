"""Python source becomes facts: imports, calls, assignments, each with its span, scope and guards."""
