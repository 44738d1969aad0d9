"""The wire of the box: one port that is a proxy, and TLS as any of Azure's hosts."""
