"""The step `network`: proxy, name, connection and certificate of each host, as requests itself would fare."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
from typing import Any

import pytest
import requests
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.child import _dns, _proxy, _tls, _trust, _way, network
from azmlflow.probes.child._tls import Bundle
from azmlflow.probes.child.asking import Within
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.signing import THE_PLUGIN, Signer
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request
from azmlflow.sandbox.box import AzureBox

from tests.probes.boxed import clear, context_in, enter, told
from tests.probes.far_side import Authority, FarSide, answer, careless, serving

REF = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg", "ws")
TRACKING, LOGIN, ARM = "westeurope.api.azureml.ms", "login.microsoftonline.com", "management.azure.com"
PASSWORD = "canary-secret"


@pytest.fixture(scope="module")
def contoso() -> Authority:
    return Authority("Contoso Web Gateway")


@pytest.fixture(scope="module")
def everything(contoso: Authority) -> ssl.SSLContext:
    return contoso.server(TRACKING, LOGIN, ARM, "127.0.0.1")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Leave this process without any variable that matters here, and with patience enough for a busy machine."""
    clear(monkeypatch)
    be_patient(monkeypatch, 60)
    return monkeypatch


def be_patient(patch: pytest.MonkeyPatch, seconds: float) -> None:
    for module, name in ((_way, "TCP_SECONDS"), (_way, "TLS_SECONDS"), (_proxy, "TUNNEL_SECONDS")):
        patch.setattr(module, name, seconds)


def wait_only_for_silence(patch: pytest.MonkeyPatch, says: str | bytes) -> None:
    """Be short with those who will never answer; whoever answers may take its time."""
    if says == "silent":
        be_patient(patch, 0.4)


def context(uri: str | None = None) -> Context:
    return Context(
        Request(compose_tracking_uri("westeurope", REF) if uri is None else uri), lambda *begun: None
    )


def by_host(outcomes: list[Outcome]) -> dict[str | None, Outcome]:
    return {outcome.host: outcome for outcome in outcomes}


def of_tracking() -> Outcome:
    return by_host(told(network, context()))[TRACKING]


def lead_to(patch: pytest.MonkeyPatch, port: int, address: str = "127.0.0.1") -> None:
    """Let every name of Azure have an address, and every address lead to a port of this machine."""
    real, connect = socket.getaddrinfo, socket.create_connection

    def look_up(host: Any, *more: Any, **named: Any) -> Any:
        if host == "127.0.0.1":
            return real(host, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    def dial(to: tuple[str, int], *more: Any, **named: Any) -> socket.socket:
        return connect(("127.0.0.1", port), *more, **named)

    patch.setattr(socket, "getaddrinfo", look_up)
    patch.setattr(socket, "create_connection", dial)


def test_all_is_well_in_the_box(monkeypatch):
    with AzureBox() as box:
        enter(monkeypatch, box)
        outcomes = by_host(told(network, context_in(box)))
        assert {host: (each.outcome, each.code) for host, each in outcomes.items()} == dict.fromkeys(
            (LOGIN, TRACKING, ARM), ("ok", None)
        )
        found = outcomes[TRACKING]
        assert found.details["proxy"] == f"http://127.0.0.1:{box.proxy.port}"
        assert found.details["trusted_by"] == "REQUESTS_CA_BUNDLE"
        assert found.details["issuer"] == "azmlflow sandbox"
        assert "certificate issued by azmlflow sandbox is trusted" in found.message
        assert all(each.seconds > 0 for each in outcomes.values())
        assert not any(exchange.method == "GET" for exchange in box.journal)
        assert box.proxy.password not in json.dumps([each.as_json() for each in outcomes.values()])


def test_a_proxy_that_inspects_tls_is_named_by_the_issuer_of_its_certificates(monkeypatch):
    with AzureBox("tls-intercepted") as box:
        enter(monkeypatch, box)
        outcomes = by_host(told(network, context_in(box)))
    assert {each.code for each in outcomes.values()} == {"TLS"}
    assert {host for host, each in outcomes.items() if each.hard} == {LOGIN, TRACKING}
    found = outcomes[TRACKING]
    assert found.message.startswith(f"The certificate of {TRACKING}, issued by Contoso, is not trusted by ")
    assert "root certificate of Contoso" in (found.advice or "")
    assert (found.details["issuer"], found.details["trusted_by"]) == ("Contoso", None)


def test_the_hosts_are_those_of_the_cloud_and_of_the_tracking_uri(alone):
    china = context(compose_tracking_uri("chinaeast2", REF, AZURE_CHINA_CLOUD))
    china.cloud = AZURE_CHINA_CLOUD
    assert [host.name for host in network.hosts_of(china)] == [
        "login.chinacloudapi.cn",
        "chinaeast2.api.ml.azure.cn",
        "management.chinacloudapi.cn",
    ]
    assert [host.name for host in network.hosts_of(context(""))] == [LOGIN, ARM]


def test_a_foreign_tracking_host_is_left_alone(alone):
    foreign = context(f"azureml://westeurope.example.com/mlflow/v2.0{REF.arm_id}")
    assert [host.name for host in network.hosts_of(foreign)] == [LOGIN, ARM]


def test_a_managed_identity_alone_does_not_need_the_login_host(alone):
    alone.setenv("AZURE_TOKEN_CREDENTIALS", " managedidentitycredential")
    assert [host.hard for host in network.hosts_of(context())] == [False, True, False]


REFUSALS: dict[str, tuple[str | bytes, str, str]] = {
    "no-password": (answer(407, 'Proxy-Authenticate: Basic realm="x"'), "", "asks for a user and a password"),
    "wrong-password": (
        answer(407, 'Proxy-Authenticate: Basic realm="x"'),
        f"user:{PASSWORD}@",
        "does not accept the user and password in HTTPS_PROXY",
    ),
    "windows-sign-in": (
        answer(407, "Proxy-Authenticate: Negotiate", "proxy-authenticate: NTLM"),
        f"user:{PASSWORD}@",
        "wants a sign-in by negotiate or ntlm, which Python's requests does not know",
    ),
    "either-will-do": (
        answer(407, "Proxy-Authenticate: Negotiate", 'Proxy-Authenticate: Basic realm="x"'),
        "",
        "asks for a user and a password",
    ),
    "forbidden": (answer(403), "", f"refuses a connection to {TRACKING} (it answers 403)"),
    "no-way-on": (answer(502), "", f"cannot reach {TRACKING} (it answers 502)"),
    "no-proxy": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "", "does not answer like an HTTP proxy"),
    "hangs-up": ("cut", "", "does not answer like an HTTP proxy"),
    "silent": ("silent", "", "does not answer the request for a tunnel"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_a_proxy_does_instead_of_a_tunnel(alone, name):
    says, user, message = REFUSALS[name]
    wait_only_for_silence(alone, says)
    with serving(FarSide(says)) as proxy:
        alone.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{proxy.port}")
        found = of_tracking()
        with pytest.raises((requests.ConnectionError, requests.Timeout)):
            requests.get(f"https://{TRACKING}/", timeout=0.4 if says == "silent" else 60)
    assert (found.outcome, found.code, found.hard) == ("failed", "PROXY", True)
    assert message in found.message
    assert f"http://127.0.0.1:{proxy.port}" in found.message or says == answer(407)
    assert found.advice
    assert PASSWORD not in json.dumps(found.as_json())


def test_the_proxy_sees_of_us_what_it_sees_of_requests(alone):
    with serving(FarSide(answer(403))) as proxy:
        alone.setenv("https_proxy", f"http://us%40er:p%3Ass@127.0.0.1:{proxy.port}")
        alone.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        with pytest.raises(requests.ConnectionError):
            requests.get(f"https://{TRACKING}/", timeout=60)
        theirs = proxy.heads.pop()
        of_tracking()
        ours = next(head for head in proxy.heads if TRACKING in head[0])
    assert ours[0].split(" ")[:2] == theirs[0].split(" ")[:2] == ["CONNECT", f"{TRACKING}:443"]
    wanted = [line for line in theirs if line.lower().startswith("proxy-authorization")]
    assert [line for line in ours if line.lower().startswith("proxy-authorization")] == wanted != []


@pytest.mark.parametrize(
    "value",
    [f"http://user:{PASSWORD}#1@proxy:8080", "ftp://proxy:1", "http://", f"http://us#er:{PASSWORD}@proxy:1"],
)
def test_a_malformed_address_of_a_proxy_is_not_shown(alone, value):
    alone.setenv("HTTPS_PROXY", value)
    found = of_tracking()
    assert (found.code, found.message) == ("PROXY", "The address of the proxy in HTTPS_PROXY is malformed.")
    assert "%40 for @" in (found.advice or "")
    assert "canary" not in json.dumps(found.as_json())


def test_a_proxy_where_nobody_listens(alone):
    alone.setenv("HTTPS_PROXY", "127.0.0.1:9")
    found = of_tracking()
    assert found.message == "The proxy http://127.0.0.1:9, set by HTTPS_PROXY, refuses connections."


def test_a_proxy_that_no_name_server_knows(alone):
    alone.setenv("ALL_PROXY", "http://proxy.contoso.example:8080")
    found = of_tracking()
    assert found.code == "PROXY"
    assert "set by ALL_PROXY, is not found: no name server knows proxy.contoso.example." in found.message


def test_no_proxy_is_heeded(alone, contoso, everything, tmp_path):
    alone.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    alone.setenv("NO_PROXY", "localhost,.azureml.ms")
    alone.setenv("REQUESTS_CA_BUNDLE", contoso.write(tmp_path / "ca.pem"))
    with serving(FarSide("tls", context=everything)) as server:
        lead_to(alone, server.port)
        outcomes = by_host(told(network, context()))
    assert outcomes[TRACKING].details["proxy"] is None
    assert outcomes[LOGIN].details["proxy"] == "http://127.0.0.1:9"


def test_a_socks_proxy_is_not_judged(alone):
    alone.setenv("HTTPS_PROXY", "socks5h://127.0.0.1:9")
    alone.setitem(sys.modules, "socks", _way)
    found = of_tracking()
    assert (found.outcome, found.code) == ("skipped", "PROXY")


def test_a_socks_proxy_needs_a_package(alone):
    alone.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    alone.setitem(sys.modules, "socks", None)
    found = of_tracking()
    assert (found.outcome, found.command) == ("failed", "python -m pip install 'requests[socks]'")


def test_a_proxy_that_does_not_speak_tls_but_is_spoken_to_in_it(alone):
    with serving(FarSide("plain")) as proxy:
        alone.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        found = of_tracking()
    assert (found.code, found.hard) == ("PROXY", True)
    assert "write http:// where the variable says https://" in (found.advice or "")


def test_tls_within_the_tls_of_a_proxy(alone, contoso, everything, tmp_path):
    """A proxy that is itself spoken to in TLS gets the tunnel's TLS inside its own."""
    bundle = contoso.write(tmp_path / "ca.pem")
    alone.setenv("REQUESTS_CA_BUNDLE", bundle)
    with serving(_SecuredProxy("tls", context=everything)) as proxy:
        alone.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        found = of_tracking()
    assert found.outcome == "ok", found
    assert found.details["issuer"] == "Contoso Web Gateway"


class _SecuredProxy(FarSide):
    """Takes off the proxy's own TLS and hands what is inside to a proxy in plain."""

    def finish_request(self, request: Any, client_address: Any) -> None:
        assert self.context is not None
        with (
            serving(FarSide(answer(200), "tls", self.context)) as inner,
            self.context.wrap_socket(request, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", inner.port)) as inside,
        ):
            back = threading.Thread(target=_copy, args=(inside, outside), daemon=True)
            back.start()
            _copy(outside, inside)


def _copy(source: socket.socket, target: socket.socket) -> None:
    while True:
        try:
            data = source.recv(4096)
            target.sendall(data)
        except OSError:
            return
        if not data:
            return


def test_straight_to_a_private_address(alone, contoso, everything, tmp_path):
    alone.setenv("REQUESTS_CA_BUNDLE", contoso.write(tmp_path / "ca.pem"))
    with serving(FarSide("tls", context=everything)) as server:
        lead_to(alone, server.port, "10.1.2.3")
        found = of_tracking()
    assert found.outcome == "ok", found
    assert (found.details["addresses"], found.details["private"]) == (["10.1.2.3"], True)
    assert "answers from 10.1.2.3 (a private address, as behind a private link)" in found.message


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.0.0.5", True),
        ("100.64.1.1", True),
        ("fd00::1%eth0", True),
        ("127.0.0.1", True),
        ("20.50.2.1", False),
        ("2603:1020::1", False),
        ("not an address", False),
    ],
)
def test_private_addresses(address, private):
    assert _dns.is_private(address) is private


@pytest.mark.parametrize(
    ("errno", "message"),
    [
        (socket.EAI_NONAME, f"No name server knows {TRACKING}."),
        (11001, f"No name server knows {TRACKING}."),
        (socket.EAI_AGAIN, f"The name {TRACKING} cannot be looked up: no name server answers."),
    ],
)
def test_a_name_that_is_not_found(alone, errno, message):
    def look_up(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(errno, "whatever")

    alone.setattr(socket, "getaddrinfo", look_up)
    found = of_tracking()
    assert (found.code, found.message) == ("DNS", message)


def test_a_name_server_that_keeps_silent(alone):
    alone.setattr(_dns, "SECONDS", 0.05)
    waiting = threading.Event()
    alone.setattr(socket, "getaddrinfo", lambda *_, **__: waiting.wait(20))
    try:
        found = of_tracking()
    finally:
        waiting.set()
    assert found.code == "DNS"
    assert "No name server answers" in found.message


def test_a_name_that_leads_nowhere(alone):
    lead_to(alone, 9, "0.0.0.0")
    found = of_tracking()
    assert found.message == f"The name server answers 0.0.0.0 for {TRACKING}, which leads nowhere."


@pytest.mark.parametrize(
    ("address", "advice"),
    [("20.50.2.1", "A firewall does not let"), ("10.1.2.3", "as behind a private link: connect the VPN")],
)
def test_nobody_answers_at_the_address(alone, address, advice):
    lead_to(alone, 9, address)

    def dial(*_: Any, **__: Any) -> socket.socket:
        raise TimeoutError

    alone.setattr(socket, "create_connection", dial)
    found = of_tracking()
    assert (found.code, found.message) == ("TCP", f"{TRACKING} ({address}) does not answer on port 443.")
    assert advice in (found.advice or "")


def test_a_refused_connection(alone):
    lead_to(alone, 9)
    assert of_tracking().message == f"{TRACKING} (127.0.0.1) refuses connections on port 443."


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("plain", "does not speak TLS"),
        ("cut", "is cut off as soon as it is to be secured"),
        ("silent", "accepts a connection and then says nothing"),
    ],
)
def test_what_a_host_does_instead_of_tls(alone, says, message):
    wait_only_for_silence(alone, says)
    with serving(FarSide(says)) as server:
        lead_to(alone, server.port)
        found = of_tracking()
    assert (found.code, found.hard) == ("TLS", True)
    assert message in found.message


def kinds(contoso: Authority) -> dict[str, tuple[ssl.SSLContext, str]]:
    return {
        "expired": (
            contoso.server(TRACKING, LOGIN, ARM, expired=True),
            "issued by Contoso Web Gateway, expired on ",
        ),
        "other-name": (
            contoso.server("signin.contoso.example"),
            "issued by Contoso Web Gateway, for another name",
        ),
        "good": (contoso.server(TRACKING, LOGIN, ARM), "is trusted (REQUESTS_CA_BUNDLE)"),
    }


@pytest.mark.parametrize("name", ["expired", "other-name", "good"])
def test_certificates_are_judged_as_requests_judges_them(alone, contoso, tmp_path, name):
    server_context, message = kinds(contoso)[name]
    alone.setenv("REQUESTS_CA_BUNDLE", contoso.write(tmp_path / "ca.pem"))
    with serving(FarSide(answer(200), "tls", server_context)) as proxy:
        alone.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        found = of_tracking()
        with pytest.raises(requests.RequestException) as theirs:
            requests.get(f"https://{TRACKING}/", timeout=60)
    assert message in found.message
    assert (found.outcome == "failed") is isinstance(theirs.value, requests.exceptions.SSLError)


def blocked_by(alone: pytest.MonkeyPatch, context_of_server: ssl.SSLContext) -> Outcome:
    with serving(FarSide(answer(200), "tls", context_of_server)) as proxy:
        alone.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        return of_tracking()


def test_what_the_system_trusts_requests_can_be_told_to_trust(alone, contoso, everything, tmp_path):
    """SSL_CERT_FILE stands for the system's store: it is what Python's own default context reads."""
    alone.setenv("SSL_CERT_FILE", contoso.write(tmp_path / "system.pem"))
    found = blocked_by(alone, everything)
    assert "is not trusted by certifi" in found.message
    assert found.details["trusted_by"] == "SSL_CERT_FILE"
    assert found.command == f'export REQUESTS_CA_BUNDLE="{tmp_path / "system.pem"}"'
    alone.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "system.pem"))
    assert blocked_by(alone, everything).outcome == "ok"


def test_a_store_among_the_usual_files(alone, contoso, everything, tmp_path):
    alone.setattr(_trust, "_FILES", (contoso.write(tmp_path / "ca-certificates.crt"),))
    found = blocked_by(alone, everything)
    assert found.details["trusted_by"] == "system"
    assert found.command == f'export REQUESTS_CA_BUNDLE="{tmp_path / "ca-certificates.crt"}"'


def test_a_store_that_is_no_file(alone, contoso, everything, tmp_path):
    """That of Windows, which Python's default context reads and requests does not."""
    store = contoso.write(tmp_path / "store.pem")
    alone.setattr(ssl, "create_default_context", lambda: _tls.context_of(Bundle("system", store)))
    found = blocked_by(alone, everything)
    assert found.details["trusted_by"] == "system"
    assert found.command == "python -m pip install pip-system-certs"


def test_a_bundle_that_lacks_the_public_authorities(alone, contoso, everything, tmp_path):
    alone.setattr(_trust, "certifi_bundle", lambda: Bundle("certifi", contoso.write(tmp_path / "public.pem")))
    alone.setenv("CURL_CA_BUNDLE", Authority("Fabrikam").write(tmp_path / "own.pem"))
    found = blocked_by(alone, everything)
    assert found.details["trusted_by"] == "certifi"
    assert found.command == "unset CURL_CA_BUNDLE"
    assert "which CURL_CA_BUNDLE names" in found.message


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "does not exist"), ("", "no certificates"), ("x\n", "no certificates")]
)
def test_a_bundle_that_cannot_be_read_is_said_once(alone, tmp_path, content, fault):
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content, encoding="ascii")
    alone.setenv("REQUESTS_CA_BUNDLE", str(path))
    (found,) = told(network, context())
    assert (found.code, found.hard, found.host) == ("TLS", True, None)
    assert found.message.startswith(f"REQUESTS_CA_BUNDLE names {path}, ")
    assert fault in found.message
    with pytest.raises((OSError, requests.RequestException)):
        requests.get("https://127.0.0.1:9/", timeout=1)


def test_an_empty_variable_is_not_a_bundle(alone, contoso, everything, tmp_path):
    alone.setenv("REQUESTS_CA_BUNDLE", "")
    alone.setenv("CURL_CA_BUNDLE", contoso.write(tmp_path / "ca.pem"))
    assert blocked_by(alone, everything).details["trusted_by"] == "CURL_CA_BUNDLE"


def test_a_certificate_against_the_rules_of_newer_pythons(alone, tmp_path):
    """Python 3.13 sets VERIFY_X509_STRICT, with which a careless authority no longer passes."""
    context_of_server, authority = careless(tmp_path, TRACKING)
    alone.setenv("REQUESTS_CA_BUNDLE", authority)
    usual = _tls.context_of
    found = blocked_by(alone, context_of_server)
    assert (found.outcome == "ok") is (sys.version_info < (3, 13))

    def strict(bundle: Bundle) -> ssl.SSLContext:
        made = usual(bundle)
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made

    alone.setattr(_tls, "context_of", strict)
    found = blocked_by(alone, context_of_server)
    assert "issued by Careless, breaks a rule that Python insists on (" in found.message


@pytest.mark.parametrize(
    ("says", "words"), [("silent", "waits 30 seconds"), ("cut", "prints a long warning")]
)
def test_without_resource_manager_the_plugin_goes_on_after_a_while(alone, says, words):
    wait_only_for_silence(alone, says)
    with serving(FarSide(says)) as proxy:
        alone.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        found = by_host(told(network, context()))[ARM]
        assert (found.hard, found.command) == (False, "export AZUREML_CURRENT_CLOUD=AzureCloud")
        assert words in (found.advice or "")
        alone.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
        found = by_host(told(network, context()))[ARM]
    assert "AZUREML_CURRENT_CLOUD" not in f"{found.advice}{found.command}"


IMDS = "169.254.169.254"


class Answering:
    """An HTTP proxy that says the same to everybody, or nothing at all."""

    def __init__(self, answer: bytes | None) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.asked: list[bytes] = []
        self._closing = False
        self._thread = threading.Thread(target=self._serve, args=(answer,), daemon=True)
        self._thread.start()

    def _serve(self, answer: bytes | None) -> None:
        with contextlib.ExitStack() as connections, contextlib.suppress(OSError):
            while True:
                connection = connections.enter_context(self._server.accept()[0])
                if self._closing:
                    return
                self.asked.append(connection.recv(65_536))
                if answer is not None:
                    connection.sendall(answer)
                    connection.close()

    def close(self) -> None:
        self._closing = True
        socket.create_connection(self._server.getsockname()).close()  # wakes who waits for one
        self._thread.join()
        self._server.close()


BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
A_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
BLOCKED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
ITSELF = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 98\r\n\r\n"
    b'{"error": "invalid_request", "error_description": "Required metadata header not specified"}       '
)


@pytest.mark.parametrize(
    ("answer", "warned"),
    [(BAD_GATEWAY, True), (A_PAGE, True), (BLOCKED, True), (None, True), (ITSELF, False), (b"", False)],
)
def test_what_a_proxy_answers_to_the_question_for_a_managed_identity_decides(alone, answer, warned):
    alone.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    proxy = Answering(answer)
    alone.setenv("HTTP_PROXY", proxy.address)
    found = by_host(told(network, context())).get(IMDS)
    proxy.close()
    assert (found is not None) is warned
    (asked,) = proxy.asked
    assert asked.startswith(
        b"GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
    )
    assert b"metadata:" not in asked.lower()


@pytest.fixture(scope="module")
def gateway():
    """Return the address of a proxy that reaches nobody."""
    proxy = Answering(BAD_GATEWAY)
    yield proxy.address
    proxy.close()


@pytest.mark.parametrize(
    ("variables", "warned"),
    [
        ({"HTTP_PROXY": "GATEWAY"}, True),
        ({"HTTP_PROXY": "GATEWAY", "NO_PROXY": "localhost"}, True),
        ({"HTTP_PROXY": "GATEWAY", "NO_PROXY": "169.254.0.0/16"}, False),
        ({"HTTPS_PROXY": "GATEWAY"}, False),
        ({"HTTP_PROXY": "GATEWAY", "AZURE_TOKEN_CREDENTIALS": "dev"}, False),
        ({"HTTP_PROXY": "GATEWAY", "MSI_ENDPOINT": "http://127.0.0.1:8"}, False),
        (
            {
                "HTTP_PROXY": "GATEWAY",
                **dict.fromkeys(("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"), "x"),
            },
            False,
        ),
    ],
)
def test_a_proxy_that_takes_the_question_for_a_managed_identity(alone, gateway, variables, warned):
    alone.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    for name, value in variables.items():
        alone.setenv(name, value.replace("GATEWAY", gateway))
    found = by_host(told(network, context())).get(IMDS)
    assert (found is not None) is warned
    if found is not None:
        assert (found.outcome, found.hard, found.code) == ("failed", False, "PROXY")
        before = "$NO_PROXY," if "NO_PROXY" in variables else ""
        assert found.command == f"export NO_PROXY={before}{IMDS}"
        assert found.message == (
            "The proxy in HTTP_PROXY is also asked for a managed identity, because NO_PROXY does not list 169.254.169.254."
        )


def test_a_chain_without_a_managed_identity_asks_nobody(alone):
    alone.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    alone.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    probed = context()
    probed.signer = Signer(THE_PLUGIN, (("EnvironmentCredential", None),), Within(True, False))
    assert IMDS not in by_host(told(network, probed))


def test_an_interpreter_without_requests_is_not_judged(alone):
    alone.setitem(sys.modules, "requests.utils", None)
    alone.setitem(sys.modules, "requests", None)
    (found,) = told(network, context())
    assert (found.outcome, found.code) == ("skipped", "PACKAGES")


def test_an_error_of_our_own_is_not_hidden(alone):
    def broken(self: Any) -> bool:
        raise RuntimeError("ours")

    alone.setattr(_way.Way, "walk", broken)
    with pytest.raises(RuntimeError, match="ours"):
        told(network, context())


def test_a_head_without_end_is_given_up(alone):
    alone.setattr(_proxy, "LONGEST_HEAD", 100)
    with serving(FarSide(b"HTTP/1.1 200 " + b"x" * 1000, "cut")) as proxy:
        alone.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        found = of_tracking()
    assert "does not answer like an HTTP proxy" in found.message
