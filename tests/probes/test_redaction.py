"""Nothing secret leaves a probe."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from azmlflow.probes.redaction import Redactor

SECRET = "a+b/c=~Q8s.value"
ENVIRON = {
    "AZURE_CLIENT_SECRET": SECRET,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": '"quoted one"',
    "AZURE_CLIENT_ID": "11111111-2222-3333-4444-555555555555",
    "MLFLOW_TRACKING_TOKEN": "abc",
    "HTTPS_PROXY": "http://anna:p%40ssw0rd@proxy.example:8080",
}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"Invalid secret {SECRET}!", "Invalid secret ***!"),
        (f"secret={quote(SECRET, safe='')}", "secret=***"),
        ("password quoted one", "password ***"),
        ("p@ssw0rd and p%40ssw0rd", "*** and ***"),
        ("via http://bob:hunter2@proxy:1", "via http://***@proxy:1"),
        ("Bearer eyJ0eXAiOiJKV1QiLCJ.eyJhdWQiOiJodHR.c2lnbmF0dXJl end", "Bearer *** end"),
        ("app 11111111-2222-3333-4444-555555555555, abc", "app 11111111-2222-3333-4444-555555555555, abc"),
    ],
)
def test_secrets_are_hidden_in_any_form(text: str, hidden: str) -> None:
    assert Redactor.of(ENVIRON).hide(text) == hidden


def test_the_shape_of_a_value_stays() -> None:
    value = {"a": [SECRET, 1, None, True], SECRET: {"b": (SECRET,)}}
    assert Redactor.of(ENVIRON).hide(value) == {"a": ["***", 1, None, True], "***": {"b": ["***"]}}
