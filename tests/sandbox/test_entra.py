"""Entra ID in the box: tenants, secrets, assertions and errors, asked of its handler."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT
from azmlflow.sandbox import jwt, names
from azmlflow.sandbox.aadsts import ERRORS
from azmlflow.sandbox.assertions import thumbprint_of
from azmlflow.sandbox.scenarios import SCENARIOS
from azmlflow.sandbox.world import Secret, World
from cryptography.hazmat.primitives.serialization import Encoding

from tests.certificates import certificate, private_key, validity_of
from tests.sandbox.made import LOGIN, PASSWORD, SECRET, a_world, ask_token, body, get, post

NOW = datetime.now(timezone.utc)
PEM = certificate("own", validity_of("", NOW)).public_bytes(Encoding.PEM)
AUDIENCE = f"https://{LOGIN}/{names.TENANT_ID}/oauth2/v2.0/token"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def assertion(owner: str = "own", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return what MSAL signs: the thumbprint padded, times as numbers with a fraction."""
    now = time.time()
    thumbprint = jwt.encode(bytes.fromhex(thumbprint_of(PEM))) + "="
    own = {"aud": AUDIENCE, "iss": names.CLIENT_ID, "sub": names.CLIENT_ID, "nbf": now, "exp": now + 600}
    return jwt.sign(header or {"x5t": thumbprint}, {**own, **claims}, private_key(owner))


def number(response: Any) -> int:
    """Return the AADSTS number, having looked at the whole envelope."""
    error = body(response)
    (code,) = error["error_codes"]
    status, name, _ = ERRORS[code]
    assert (response.status, error["error"]) == (status, name)
    assert error["error_description"].startswith(f"AADSTS{code}: ")
    assert f"Trace ID: {error['trace_id']}" in error["error_description"]
    assert "{" not in error["error_description"]
    return code


@pytest.mark.parametrize("tenant", [names.TENANT_ID, "contoso.onmicrosoft.com", names.TENANT_ID.upper()])
def test_a_tenant_is_found_by_id_and_by_domain(world: World, tenant: str):
    found = body(get(world, LOGIN, f"/{tenant}/v2.0/.well-known/openid-configuration"))
    assert found["token_endpoint"] == AUDIENCE
    assert found["issuer"] == f"https://{LOGIN}/{names.TENANT_ID}/v2.0"


@pytest.mark.parametrize("cloud", [AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT])
def test_a_tenant_belongs_to_one_cloud(tmp_path: Path, cloud: Any):
    world = a_world(tmp_path, cloud)
    path = f"/{names.TENANT_ID}/v2.0/.well-known/openid-configuration"
    assert get(world, cloud.login_host, path).status == 200
    assert number(get(world, LOGIN, path)) == 90002


def test_an_unknown_tenant_is_refused(world: World):
    response = get(
        world, LOGIN, "/00000000-1111-2222-3333-444444444444/v2.0/.well-known/openid-configuration"
    )
    assert number(response) == 90002
    assert "Tenant '00000000-1111-2222-3333-444444444444' not found." in body(response)["error_description"]


def test_the_right_secret_gives_a_token_that_says_who_it_is_for(world: World):
    answer = body(ask_token(world, client_secret=SECRET))
    token = jwt.read(answer["access_token"])
    assert answer["token_type"] == "Bearer"
    assert token.claims["aud"] == "https://management.azure.com"
    assert (token.claims["tid"], token.claims["appid"]) == (names.TENANT_ID, names.CLIENT_ID)
    assert token.claims["exp"] - time.time() == pytest.approx(3599, abs=60)


def test_the_audience_keeps_the_slash_that_az_asks_for(world: World):
    scope = "https://management.core.windows.net//.default"
    answer = body(ask_token(world, client_secret=SECRET, scope=scope))
    assert jwt.read(answer["access_token"]).claims["aud"] == "https://management.core.windows.net/"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"client_secret": "wrong"}, 7000215),
        ({}, 7000218),
        ({"client_secret": SECRET, "client_id": "6a1f3f0e-0000-4000-8000-000000000000"}, 700016),
        ({"client_secret": SECRET, "client_id": "no-guid"}, 700016),
        ({"client_secret": SECRET, "client_id": ""}, 900144),
        ({"client_secret": SECRET, "scope": "https://management.azure.com/user_impersonation"}, 1002012),
        ({"client_secret": SECRET, "scope": "https://nothing.example/.default"}, 500011),
        ({"client_secret": SECRET, "grant_type": "implicit"}, 70003),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 70000),
        ({"client_assertion": "no.jwt"}, 50027),
    ],
)
def test_what_is_wrong_with_a_request_is_told_by_its_number(world: World, form: dict[str, str], code: int):
    assert number(ask_token(world, **form)) == code


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("wrong-secret", 7000215),
        ("expired-secret", 7000222),
        ("unknown-client", 700016),
        ("conditional-access", 53003),
    ],
)
def test_scenarios_of_the_secret(world: World, scenario: str, code: int):
    SCENARIOS[scenario].turn(world)
    assert number(ask_token(world, client_secret=SECRET)) == code


def test_a_second_secret_counts_too(world: World):
    world.tenants[names.TENANT_ID].apps[names.CLIENT_ID].secrets.append(Secret("second"))
    assert ask_token(world, client_secret="second").status == 200
    assert ask_token(world, client_secret=SECRET).status == 200


class TestCertificates:
    @pytest.fixture
    def world(self, world: World) -> World:
        world.tenants[names.TENANT_ID].apps[names.CLIENT_ID].certificates.append(PEM)
        return world

    @pytest.mark.parametrize(
        "audience",
        [
            AUDIENCE,
            f"https://login.windows.net/{names.TENANT_ID}/oauth2/token",
            f"https://{LOGIN}/contoso.onmicrosoft.com/v2.0",
        ],
    )
    def test_a_registered_certificate_gives_a_token(self, world: World, audience: str):
        assert ask_token(world, client_assertion=assertion(aud=audience)).status == 200

    def test_a_newer_msal_signs_and_names_the_certificate_otherwise(self, world: World):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.x509 import load_pem_x509_certificate

        digest = load_pem_x509_certificate(PEM).fingerprint(hashes.SHA256())
        read = jwt.read(assertion(header={"x5t#S256": jwt.encode(digest)}))
        parts = [{**read.header, "alg": "PS256"}, read.claims]
        signed = ".".join(jwt.encode(json.dumps(part).encode()) for part in parts)
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        signature = private_key("own").sign(signed.encode(), pss, hashes.SHA256())
        assert ask_token(world, client_assertion=f"{signed}.{jwt.encode(signature)}").status == 200

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            (lambda now: {"exp": now - 600}, 700024),
            (lambda now: {"nbf": now + 600}, 700024),
            (lambda now: {"exp": "soon"}, 700024),
            (lambda now: {"exp": 1e300}, 700024),
            (lambda now: {"aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}, 700023),
            (lambda now: {"iss": "somebody"}, 700021),
            (lambda now: {"sub": "somebody"}, 700021),
        ],
    )
    def test_the_claims_are_verified(
        self, world: World, claims: Callable[[float], dict[str, Any]], code: int
    ):
        assert number(ask_token(world, client_assertion=assertion(**claims(time.time())))) == code

    def test_another_key_is_told_from_the_registered_one(self, world: World):
        response = ask_token(world, client_assertion=assertion("other"))
        assert number(response) == 700027
        assert "use of the key to verify the signature failed" in body(response)["error_description"]

    def test_changed_claims_are_noticed(self, world: World):
        head, _, signature = assertion().split(".")
        other = assertion(jti="another").split(".")[1]
        assert number(ask_token(world, client_assertion=f"{head}.{other}.{signature}")) == 700027

    def test_no_signature_is_none(self, world: World):
        read = jwt.read(assertion())
        parts = [{**read.header, "alg": "none"}, read.claims]
        unsigned = ".".join(jwt.encode(json.dumps(part).encode()) for part in parts)
        assert number(ask_token(world, client_assertion=f"{unsigned}.")) == 700027

    def test_an_unregistered_certificate_is_named_by_its_thumbprint(self, world: World):
        world.tenants[names.TENANT_ID].apps[names.CLIENT_ID].certificates.clear()
        response = ask_token(world, client_assertion=assertion())
        assert number(response) == 700027
        shown = body(response)["error_description"]
        assert (
            f"[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint_of(PEM)}'"
            in shown
        )

    def test_an_expired_certificate_is_refused(self, world: World):

        old = certificate("own", validity_of("expired", NOW)).public_bytes(Encoding.PEM)
        world.tenants[names.TENANT_ID].apps[names.CLIENT_ID].certificates[:] = [old]
        thumbprint = jwt.encode(bytes.fromhex(thumbprint_of(old)))
        response = ask_token(world, client_assertion=assertion(header={"x5t": thumbprint}))
        assert number(response) == 700027
        assert "The key used is expired." in body(response)["error_description"]


def test_a_federated_token_of_another_subject_is_refused(world: World):
    claims = {"iss": names.ISSUER, "sub": "somebody:else", "aud": "api://AzureADTokenExchange"}
    response = ask_token(world, client_assertion=assertion(header={"kid": "1"}, **claims))
    assert number(response) == 700213
    assert "'somebody:else'" in body(response)["error_description"]


def test_a_federated_token_of_another_signer_is_refused(world: World):
    claims = {"iss": names.ISSUER, "sub": names.SUBJECT, "aud": "api://AzureADTokenExchange"}
    assert number(ask_token(world, client_assertion=assertion(header={"kid": "1"}, **claims))) == 50027


@pytest.mark.parametrize(
    ("password", "refuses", "code"), [("wrong", "", 50126), ("", "", 50126), (PASSWORD, "mfa", 50076)]
)
def test_a_user_may_be_refused(world: World, password: str, refuses: Any, code: int):
    world.tenants[names.TENANT_ID].refuses = refuses
    form = {"username": names.USER_NAME, "password": password, "grant_type": "password"}
    assert number(ask_token(world, **form)) == code


def test_a_device_code_is_waited_for_until_the_user_has_decided(world: World):
    given = body(post(world, LOGIN, "/organizations/oauth2/v2.0/devicecode", client_id="x", scope="y"))
    assert given["message"].endswith(f"enter the code {given['user_code']} to authenticate.")
    form = {
        "grant_type": "device_code",
        "device_code": given["device_code"],
        "scope": f"openid {'https://management.azure.com/.default'}",
    }
    assert number(ask_token(world, **form)) == 70016
    world.device_code = "declined"
    assert body(ask_token(world, **form))["error"] == "authorization_declined"
    world.device_code = "approved"
    answer = body(ask_token(world, **form))
    assert jwt.read(answer["access_token"]).claims["upn"] == names.USER_NAME
    assert jwt.read(answer["id_token"]).claims["preferred_username"] == names.USER_NAME


def test_hosts_that_are_not_microsofts_are_no_instance(world: World):
    path = "/common/discovery/instance?api-version=1.1&authorization_endpoint="
    known = get(world, LOGIN, f"{path}https://login.chinacloudapi.cn/common/oauth2/authorize")
    assert body(known)["tenant_discovery_endpoint"].startswith("https://login.chinacloudapi.cn/common/v2.0/")
    unknown = get(world, LOGIN, f"{path}https://login.evil.example/common/oauth2/authorize")
    assert (unknown.status, body(unknown)["error"]) == (400, "invalid_instance")


def test_a_dry_run_takes_whatever_it_is_given_and_says_that_nothing_was_verified(world: World):
    SCENARIOS["dry-run"].turn(world)
    for form in (
        {"client_secret": "anything"},
        {"client_assertion": assertion("other")},
        {"scope": "https://any.example/.default", "client_secret": "x"},
    ):
        response = ask_token(
            world, "fabrikam.example", client_id="5f000000-0000-4000-8000-000000000000", **form
        )
        assert response.status == 200
        assert "not verified" in response.note
