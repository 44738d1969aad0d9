"""Which requests go through a proxy; tests/truth/test_clouds.py holds the same against requests and urllib."""

from socket import inet_aton, inet_ntoa

import pytest
from azmlflow.azure.proxies import (
    MANAGED_IDENTITY_HOST,
    covers,
    exception_variable,
    is_excepted,
    is_proxied,
    is_public_host,
    proxy_variable,
)
from hypothesis import given
from hypothesis import strategies as st

PROXY = "http://proxy.example.com:8080"


@pytest.mark.parametrize(
    ("environment", "scheme", "variable"),
    [
        ({}, "http", None),
        ({"HTTP_PROXY": PROXY}, "http", "HTTP_PROXY"),
        ({"HTTP_PROXY": PROXY}, "https", None),
        ({"HTTP_PROXY": PROXY, "http_proxy": PROXY}, "http", "http_proxy"),
        ({"HTTP_PROXY": PROXY, "http_proxy": ""}, "http", None),
        ({"HTTP_PROXY": ""}, "http", None),
        ({"ALL_PROXY": PROXY}, "http", "ALL_PROXY"),
        ({"ALL_PROXY": PROXY, "HTTP_PROXY": PROXY}, "http", "HTTP_PROXY"),
        ({"Http_Proxy": PROXY}, "http", "Http_Proxy"),
    ],
)
def test_which_variable_names_the_proxy(environment, scheme, variable):
    assert proxy_variable(scheme, environment) == variable


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({}, None),
        ({"NO_PROXY": "x"}, "NO_PROXY"),
        ({"NO_PROXY": "x", "no_proxy": "y"}, "no_proxy"),
        ({"NO_PROXY": "x", "no_proxy": ""}, "NO_PROXY"),
        ({"NO_PROXY": ""}, None),
    ],
)
def test_which_list_of_exceptions_counts(environment, variable):
    assert exception_variable(environment) == variable


@pytest.mark.parametrize(
    "exceptions",
    [
        "169.254.169.254",
        "localhost, 169.254.169.254 ,x",
        "169.254.0.0/16",
        "169.254.169.254/32",
        "*",
        "254.169.254",
    ],
)
def test_the_address_of_managed_identity_is_excepted(exceptions):
    assert is_excepted(MANAGED_IDENTITY_HOST, {"NO_PROXY": exceptions})
    assert not is_proxied("http", MANAGED_IDENTITY_HOST, {"HTTP_PROXY": PROXY, "NO_PROXY": exceptions})


@pytest.mark.parametrize(
    "exceptions",
    [
        "",
        "localhost",
        "169.254.*",
        "169.254.",
        "*,localhost",
        "169.254.169.254:80",
        "10.0.0.0/8",
        "169.254/16",
        "0/0",
    ],
)
def test_the_address_of_managed_identity_goes_to_the_proxy(exceptions):
    assert not is_excepted(MANAGED_IDENTITY_HOST, {"NO_PROXY": exceptions})
    assert is_proxied("http", MANAGED_IDENTITY_HOST, {"HTTP_PROXY": PROXY, "NO_PROXY": exceptions})


def test_names_are_covered_by_their_domain():
    assert covers(".azure.com", "management.azure.com")
    assert covers("azure.com", "azure.com")
    assert not covers("zure.com", "management.azure.com")
    assert not covers("azure.com", "management.azure.com.example.com")


@given(
    st.lists(
        st.sampled_from(["0", "08", "010", "0x1f", "0X", "255", "256", "65536", "4294967296", "-1", "", "a"])
    )
)
def test_addresses_are_read_as_the_system_reads_them(parts):
    written = ".".join(parts)
    try:
        meant = inet_ntoa(inet_aton(written))
    except OSError:
        assert not covers(f"{written}/1", MANAGED_IDENTITY_HOST)
    else:
        assert covers(f"{written}/32", meant)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_read_without_error(exceptions, host):
    assert covers(exceptions, host) in (True, False)
    assert is_public_host(host) in (True, False)


@pytest.mark.parametrize(
    "host", ["proxy.example.com", "LOGIN.contoso.com.", "8.8.8.8", "2001:4860:4860::8888"]
)
def test_hosts_that_may_be_anybodys(host):
    assert is_public_host(host)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "proxy",
     "proxy.corp", "host.docker.internal", "printer.local", "<host>", "", "a b.com", "user@host.com"],
)  # fmt: skip
def test_hosts_of_this_machine_or_network(host):
    assert not is_public_host(host)
