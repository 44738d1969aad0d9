"""The language server: the only package that imports pygls and lsprotocol; one file for each method of the protocol."""
