"""What keeps a request from arriving or an answer from coming back: names, proxies, certificates, time.

Sources: requests, urllib3 and azure-core as they say it on Linux, with the words of Windows and macOS for names that do not
resolve; run through a proxy that refuses, hangs or is not trusted.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.remedy import HOST, PRIVATE_LINK, Remedy

_HOSTS: Final = "https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall"
_SHOW_PROXY: Final = "azmlflow doctor"

NETWORK_ERRORS: Final = (
    Remedy(
        "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE names a file that is not there, so that no connection can be trusted. "
        "Correct the path, or remove the variable.",
        "unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE",
        None,
        ("could not find a suitable tls ca certificate bundle",),
    ),
    Remedy(
        "The proxy wants a user name and password. Put them in HTTPS_PROXY, and write special characters as %XX.",
        "export HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>",
        _HOSTS,
        ("proxy authentication required", "tunnel connection failed: 407"),
    ),
    Remedy(
        "The proxy in HTTPS_PROXY refuses to connect to this host. Ask who runs it to allow Azure's hosts.",
        _SHOW_PROXY,
        _HOSTS,
        ("tunnel connection failed",),
    ),
    Remedy(
        "The proxy that HTTPS_PROXY names cannot be reached. Correct the variable, or remove it if this network needs no proxy.",
        "unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy",
        _HOSTS,
        ("unable to connect to proxy", "cannot connect to proxy", "proxyerror"),
    ),
    Remedy(
        "The server at the other end speaks no TLS. Mostly HTTPS_PROXY begins with https:// and should begin with http://.",
        _SHOW_PROXY,
        _HOSTS,
        ("wrong_version_number", "wrong version number"),
    ),
    Remedy(
        "The certificate of the server has expired, or the clock of this machine is wrong.",
        "date",
        None,
        ("certificate has expired", "certificate is not yet valid"),
    ),
    Remedy(
        "The certificate is for another host than the one that was asked: something between here and Azure answers in its place.",
        _SHOW_PROXY,
        PRIVATE_LINK,
        ("hostname mismatch", "doesn't match either of", "certificate is not valid for"),
    ),
    Remedy(
        "Python does not trust who signed the server's certificate. Mostly the organization's proxy opens TLS connections: put its "
        "root certificate together with the usual ones in a file and name it in REQUESTS_CA_BUNDLE. Do not turn checking off.",
        "export REQUESTS_CA_BUNDLE=<file with the usual and the organization's root certificates>",
        None,
        (
            "certificate_verify_failed",
            "certificate verify failed",
            "self signed certificate",
            "self-signed certificate",
        ),
    ),
    Remedy(
        "The name of the host cannot be resolved. Check the network or VPN and the region in the host's name; behind a private "
        "endpoint the private DNS zone must be linked to this network.",
        f"nslookup {HOST}",
        PRIVATE_LINK,
        (
            "failed to resolve",
            "name or service not known",
            "temporary failure in name resolution",
            "getaddrinfo failed",
            "nodename nor servname provided",
            "no address associated with hostname",
            "nameresolutionerror",
        ),
    ),
    Remedy(
        "Nothing answered in time. A firewall that drops packets does that, or a private endpoint without VPN, or a proxy that "
        "should be used and is not.",
        _SHOW_PROXY,
        _HOSTS,
        ("timed out", "read timeout", "connect timeout", "timeouterror", "took too long"),
    ),
    Remedy(
        "The connection was cut off while it was used. A proxy or firewall does that, or a service that restarts. Test again; if "
        "it stays, ask who runs the network.",
        _SHOW_PROXY,
        _HOSTS,
        (
            "connection reset",
            "connection aborted",
            "remotedisconnected",
            "remote end closed connection",
            "forcibly closed",
            "broken pipe",
            "eof occurred in violation of protocol",
            "unexpected_eof",
            "incompleteread",
            "connection broken",
        ),
    ),
    Remedy(
        "The host was found and refuses the connection. Check the proxy, the firewall and the address.",
        _SHOW_PROXY,
        _HOSTS,
        ("connection refused", "actively refused"),
    ),
    Remedy(
        "There is no way from this machine to that address. Check the network, the VPN and the firewall.",
        _SHOW_PROXY,
        _HOSTS,
        ("network is unreachable", "no route to host", "host is unreachable", "network unreachable"),
    ),
    Remedy(
        "Nothing could be sent. Check the network, the VPN and the proxy.",
        _SHOW_PROXY,
        _HOSTS,
        ("failed to establish a new connection", "max retries exceeded", "connectionerror"),
    ),
)
