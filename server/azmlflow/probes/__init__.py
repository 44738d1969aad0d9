"""Live checks: the real SDKs in a child process, step by step, bounded and never changing anything in Azure."""
