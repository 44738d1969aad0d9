"""Files become an immutable Snapshot; the only package that reads files."""
