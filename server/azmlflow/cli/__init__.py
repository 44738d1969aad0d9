"""The terminal: the only package that prints; one file for each subcommand, `output/` has one for each format."""
