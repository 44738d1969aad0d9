"""A browser that opens nothing: it ends an interactive sign-in in the box, so that no real one begins.

It is what the variable BROWSER names, which Python's webbrowser asks first. The address of a sign-in holds what is to be sent
back to the SDK that waits on this machine; the box's Entra ID takes the nonce for the code.
Source: `azure/identity/_credentials/browser.py` and `msal/oauth2cli/oidc.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from azmlflow.sandbox import programs


def write(folder: Path) -> Path:
    """Write the executable into the folder and return its path."""
    return programs.write(folder, "browser", _PROGRAM)


_PROGRAM: Final = '''\
"""A stand-in for a browser, written by an azmlflow dry run."""
import http.client, subprocess, sys
from urllib.parse import parse_qs, urlencode, urlsplit

address = sys.argv[-1]
asked = parse_qs(urlsplit(address).query)
back = urlsplit(asked.get("redirect_uri", [""])[0])
is_sign_in = back.scheme == "http" and back.hostname in ("localhost", "127.0.0.1") and "state" in asked
if not is_sign_in:
    sys.stderr.write("azmlflow dry-run: no browser was opened for %s\\n" % urlsplit(address).netloc)
elif sys.argv[1] != "--answer":
    subprocess.Popen([sys.executable, "-I", "-S", __file__, "--answer", address], stdin=subprocess.DEVNULL)
else:
    code = {"code": asked.get("nonce", ["none"])[0], "state": asked["state"][0]}
    connection = http.client.HTTPConnection(back.hostname, back.port, timeout=30)
    connection.request("GET", (back.path or "/") + "?" + urlencode(code))
    connection.getresponse().read()
'''
