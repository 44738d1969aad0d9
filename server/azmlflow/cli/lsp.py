"""`azmlflow lsp`: starts the language server.

Its two options are read by hand: an editor waits for the answer to its first message.
"""

from __future__ import annotations

from azmlflow.cli.errors import WrongUse

USAGE = """usage: azmlflow lsp [--stdio | --tcp HOST:PORT]

Starts the language server, on standard input and output unless told otherwise.

  --stdio           talk on standard input and output
  --tcp HOST:PORT   wait for one client on a port instead"""


def run(arguments: list[str]) -> int:
    """Serve one client and return the server's exit status."""
    if {"-h", "--help"} & set(arguments):
        print(USAGE)
        return 0
    tcp = _address(arguments)

    from azmlflow.lsp import garbage

    garbage.put_off()  # before the server is loaded
    from azmlflow.lsp.server import serve

    return serve(tcp)


def _address(arguments: list[str]) -> tuple[str, int] | None:
    """Return where to listen, None for standard input and output."""
    if arguments in ([], ["--stdio"]):
        return None
    option, _, value = " ".join(arguments).replace("=", " ", 1).partition(" ")
    if option != "--tcp":
        raise WrongUse(f"lsp does not understand '{' '.join(arguments)}'\n{USAGE}")
    host, _, port = value.rpartition(":")
    if not (host and port.isdigit() and int(port) < 65536):
        raise WrongUse(f"--tcp is '{value}': write it as HOST:PORT, such as 127.0.0.1:2087")
    return host.strip("[]"), int(port)
