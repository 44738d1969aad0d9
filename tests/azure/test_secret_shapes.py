"""Secrets are told from what only looks like them, in time that grows with the text and no faster."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import datetime, timezone
from time import process_time

import pytest
from azmlflow.azure.secret_shapes import (
    MASKED,
    Kind,
    certain_secrets,
    is_given,
    may_hold_secrets,
    means_secret,
)

CLIENT_SECRET = "can8Q~" + "canary.secret-0123456789_abcdefgh"
KEY = b64encode(bytes(range(7, 71))).decode()
SIGNED_KEY = KEY[:76] + "+ASt" + KEY[80:85] + "A=="
ADDRESS = "https://box.blob.core.windows.net/data?sv=2022-11-02&se=2027-01-31T08%3A00%3A00Z&sp=r&sig="
SIGNATURE = "aZ0bY1cX2dW3eV4fU5gT6hS7iR8jQ9kP0lO1mN2n%2Fo%3D"


def token(algorithm: str = "RS256", **claims: object) -> str:
    parts = (
        {"typ": "JWT", "alg": algorithm, "x5t": "abcdef", "kid": "abcdef"},
        {"aud": "management", **claims},
    )
    encoded = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join([*encoded, "sZ0bY1cX2dW3eV4fU5gT6hS7iR8jQ9kP0lO1mN2n"])


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        (f'client_secret = "{CLIENT_SECRET}"', Kind.CLIENT_SECRET, CLIENT_SECRET),
        (f"AZURE_CLIENT_SECRET={CLIENT_SECRET}", Kind.CLIENT_SECRET, CLIENT_SECRET),
        (f"'the secret:\\n{CLIENT_SECRET}\\n'", Kind.CLIENT_SECRET, CLIENT_SECRET),
        (f"AccountName=x;AccountKey={KEY};EndpointSuffix=y", Kind.STORAGE_KEY, KEY),
        (f'account_key="{SIGNED_KEY}"', Kind.STORAGE_KEY, SIGNED_KEY),
        (f"pd.read_csv('{ADDRESS}{SIGNATURE}')", Kind.SHARED_ACCESS, SIGNATURE),
        (f"{ADDRESS.replace('&', chr(92) + 'u0026')}{SIGNATURE}", Kind.SHARED_ACCESS, SIGNATURE),
        (f"Bearer {token(exp=1_800_000_000)}", Kind.ACCESS_TOKEN, token(exp=1_800_000_000)),
    ],
)
def test_what_has_the_shape_of_a_secret_is_one(text, kind, secret):
    assert may_hold_secrets(text)
    assert [(s.kind, text[s.start : s.end]) for s in certain_secrets(text)] == [(kind, secret)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "xxx8Q~" + "x" * 32,  # an example
        "can8Q~canary.secret",  # too short
        f"{CLIENT_SECRET}-and-more-of-the-same",
        f"a/{CLIENT_SECRET}",  # a part of something longer
        f"sha512-{KEY}",  # npm and pip write such hashes
        f"AccountKey={'A' * 86}==",
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        f"https://example.org/?sig={SIGNATURE}",  # no shared access signature
        ADDRESS + "REDACTED",
        token("HS256", exp=1_800_000_000),  # signed with a key of some program's own
        token(),  # it never expires, so no identity provider made it
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0",
        "Bearer eyJ...",
    ],
)
def test_what_only_resembles_a_secret_is_none(text):
    assert list(certain_secrets(text)) == []


def test_what_expires_says_when():
    ((until,), (day,)) = (
        [s.expires for s in certain_secrets(text)] for text in (token(exp=0), ADDRESS + SIGNATURE)
    )
    assert until == datetime(1970, 1, 1, tzinfo=timezone.utc)
    assert day == datetime(2027, 2, 1, tzinfo=timezone.utc)


def test_several_secrets_come_in_order():
    text = f"{token(exp=1)} {CLIENT_SECRET} AccountKey={KEY}"
    assert [s.kind for s in certain_secrets(text)] == [
        Kind.ACCESS_TOKEN,
        Kind.CLIENT_SECRET,
        Kind.STORAGE_KEY,
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET"),
        ("client-secret", "AZURE_CLIENT_SECRET"),
        ("ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"),
        ("servicePrincipalKey", "AZURE_CLIENT_SECRET"),
        ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_TOKEN"),
        ("GOOGLE_CLIENT_SECRET", None),
        ("HF_TOKEN", None),
        ("AZURE_TOKEN_CREDENTIALS", None),
        ("AZURE_FEDERATED_TOKEN_FILE", None),
        ("POSTGRES_PASSWORD", None),
    ],
)
def test_which_names_mean_a_secret_of_ours(name, meant):
    assert means_secret(name) == meant


@pytest.mark.parametrize(
    "value",
    [CLIENT_SECRET, "canary-secret-4711", "hunter2hunter3x", "Zebra!Quill7vast", "l?R@[PbsJ?zi.mxqY"],
)
def test_what_is_given_as_a_secret(value):
    assert is_given(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "abc1",
            "<client-secret>",
            "your-client-secret",
            "my-secret-123",
            "test1234",
            "FAKE_CLIENT_SECRET",
        ),
        *(
            "changeme123",
            "super-secret-password",
            "xxxxxxxxxxxx",
            "************",
            "$AZURE_CLIENT_SECRET",
            "$(secret)",
        ),
        *(
            "${{ secrets.AZURE_CLIENT_SECRET }}",
            "{{ secret }}",
            "%SECRET%",
            "the secret of the principal",
            "@secret",
        ),
        *(
            "11111111-2222-3333-4444-555555555555",
            "https://vault.azure.net/secrets/x1",
            "TODO",
            "aaaaaaaaaaaaaaaa1",
        ),
    ],
)
def test_what_stands_in_for_a_secret(value):
    assert not is_given(value)


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ",
        ",eyJ",
        "Q~",
        "abc8Q~",
        "+ASt",
        "AccountKey=",
        "&sig=",
        "&sig=" + "a" * 90,
        "://:",
        "://a:",
        "eyJa.eyJ",
        "A",
    ],
)
@pytest.mark.parametrize(
    "search", [lambda text: list(certain_secrets(text)), lambda text: list(MASKED.finditer(text))]
)
def test_time_grows_with_the_text_and_no_faster(unit, search):
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        start = process_time()
        search(text)
        return process_time() - start

    short = min(seconds(50_000) for _ in range(3))
    assert min(seconds(200_000) for _ in range(3)) < 12 * short + 0.05
