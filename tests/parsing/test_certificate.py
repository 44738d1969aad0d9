"""What a certificate file says, and what is wrong with it. tests/truth holds the verdicts against azure-identity."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from azmlflow.parsing.certificate import CertificateFacts, Fault, Form, read_certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tests import certificates
from tests.certificates import KINDS, SLOW, Order, certificate, make, validity_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
PASSWORD = "canary-secret-certificate"

ACCEPTED = [
    "p12",
    "p12-chain",
    "p12-no-checksum",
    "p12-trailing-line",
    "pem",
    "pem-3072",
    "pem-bom",
    "pem-certificate-first",
    "pem-chain",
    "pem-comments",
    "pem-crlf",
    "pem-cut-off-chain",
    "pem-damaged-body",
    "pem-ec-certificate",
    "pem-ec-issuer",
    "pem-expired-issuer",
    "pem-issuer-first",
    "pem-key-mismatch",
    "pem-pkcs1",
    "pem-x509-label",
]

REFUSED = {
    "pem-key-only": (Form.PEM, Fault.NO_CERTIFICATE),
    "pem-request": (Form.PEM, Fault.NO_CERTIFICATE),
    "pem-trusted": (Form.PEM, Fault.NO_CERTIFICATE),
    "pem-certificate-only": (Form.PEM, Fault.NO_KEY),
    "pem-public-key": (Form.PEM, Fault.NO_KEY),
    "pem-openssh": (Form.PEM, Fault.NO_KEY),
    "p7b-pem": (Form.PEM, Fault.NO_KEY),
    "pem-ec": (Form.PEM, Fault.NOT_RSA),
    "pem-ec-key": (Form.PEM, Fault.NOT_RSA),
    "pem-ed25519": (Form.PEM, Fault.NOT_RSA),
    "pem-latin-1": (Form.PEM, Fault.NOT_UTF8),
    "pem-damaged": (Form.PEM, Fault.DAMAGED),
    "pem-damaged-chain": (Form.PEM, Fault.DAMAGED),
    "pem-damaged-key": (Form.PEM, Fault.DAMAGED),
    "pem-damaged-certificate": (Form.PEM, Fault.DAMAGED),
    "pem-cut-off-key": (Form.PEM, Fault.DAMAGED),
    "pem-cut-off-certificate": (Form.PEM, Fault.DAMAGED),
    "pem-cut-off-inside": (Form.PEM, Fault.DAMAGED),
    "pem-written-newlines": (Form.PEM, Fault.DAMAGED),
    "pem-first-line-only": (Form.PEM, Fault.DAMAGED),
    "pem-utf-16": (Form.UTF16, Fault.UNREADABLE),
    "pem-four-dashes": (Form.UNKNOWN, Fault.UNREADABLE),
    "p12-no-key": (Form.PKCS12, Fault.NO_KEY),
    "p12-key-only": (Form.PKCS12, Fault.NO_CERTIFICATE),
    "p12-other-certificate": (Form.PKCS12, Fault.NO_CERTIFICATE),
    "p12-ec": (Form.PKCS12, Fault.NOT_RSA),
    "p12-cut-off": (Form.PKCS12, Fault.DAMAGED),
    "p12-damaged": (
        Form.PKCS12,
        Fault.PASSWORD_MISSING,
    ),  # its checksum is wrong: the same as a wrong password
    "p12-base64": (Form.BASE64, Fault.UNREADABLE),
    "p12-utf-16": (Form.UNKNOWN, Fault.UNREADABLE),
    "der-certificate": (Form.DER, Fault.UNREADABLE),
    "der-key": (Form.DER, Fault.UNREADABLE),
    "p7b": (Form.PKCS7, Fault.UNREADABLE),
    "keystore": (Form.KEYSTORE, Fault.UNREADABLE),
    "text": (Form.UNKNOWN, Fault.UNREADABLE),
    "noise": (Form.UNKNOWN, Fault.UNREADABLE),
    "empty": (Form.EMPTY, Fault.UNREADABLE),
}


def read(kind: str, made_with: str | None = None, given: str | None = None) -> CertificateFacts:
    return read_certificate(make(kind, NOW, made_with), given)


def test_every_kind_is_judged_here():
    assert {*ACCEPTED, *REFUSED, *certificates.CLOSED, *certificates.VARYING} == set(KINDS)


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_good_file_has_no_fault(kind: str):
    facts = read(kind)
    assert (facts.fault, facts.judged) == (None, True)
    assert facts.form is (Form.PKCS12 if kind.startswith("p12") else Form.PEM)
    assert (facts.key_kind, facts.key_size) == ("RSA", 3072 if "3072" in kind else 2048)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_file_has_its_own_fault(kind: str):
    facts = read(kind)
    assert (facts.form, facts.fault, facts.judged) == (*REFUSED[kind], True)


@pytest.mark.parametrize("kind", ["pem", "pem-pkcs1", "pem-certificate-first", "p12", "p12-old-cipher"])
class TestPassword:
    def test_the_right_one_opens(self, kind: str):
        facts = read(kind, PASSWORD, PASSWORD)
        assert (facts.fault, facts.key_matches) == (None, True)

    def test_missing(self, kind: str):
        assert read(kind, PASSWORD).fault is Fault.PASSWORD_MISSING

    def test_an_empty_one_is_none(self, kind: str):
        assert read(kind, PASSWORD, "").fault is Fault.PASSWORD_MISSING

    def test_wrong(self, kind: str):
        assert read(kind, PASSWORD, "another").fault is Fault.PASSWORD_WRONG

    def test_one_that_cannot_be_encoded_is_wrong(self, kind: str):
        assert read(kind, PASSWORD, "\udcff").fault is Fault.PASSWORD_WRONG


@pytest.mark.parametrize("kind", ["pem", "pem-pkcs1", "p12", "p12-chain"])
def test_a_password_for_a_file_without_one_and_the_rest_is_still_told(kind: str):
    facts = read(kind, None, PASSWORD)
    assert facts.fault is Fault.PASSWORD_UNUSED
    assert (facts.subject, facts.key_matches, facts.key_size) == ("CN=train-bot,O=Contoso", True, 2048)


def test_a_password_that_is_wrong_for_a_damaged_file_is_not_blamed():
    assert read("pem-damaged-key", None, PASSWORD).fault is Fault.DAMAGED
    assert read("p12-cut-off", PASSWORD, PASSWORD).fault is Fault.DAMAGED


def test_the_certificate_of_a_locked_pem_is_told():
    facts = read("pem", PASSWORD)
    assert facts.subject == "CN=train-bot,O=Contoso"
    assert facts.key_matches is None


def test_nothing_is_told_of_a_locked_pkcs12():
    facts = read("p12", PASSWORD)
    assert (facts.subject, facts.key_kind, facts.chain_length, facts.not_after) == (None, None, 0, None)


def test_what_a_certificate_says():
    facts = read("pem-chain")
    own = certificate("own", validity_of("", NOW), "issuer")
    assert facts.subject == "CN=train-bot,O=Contoso"
    assert facts.issuer == "CN=Contoso Issuing CA,O=Contoso"
    assert (facts.not_before, facts.not_after) == (NOW - timedelta(days=30), NOW + timedelta(days=335))
    assert (facts.chain_length, facts.key_matches, facts.key_matches_at) == (2, True, 0)
    assert facts.labels == ("PRIVATE KEY", "CERTIFICATE", "CERTIFICATE")
    assert facts.thumbprint == own.fingerprint(hashes.SHA1()).hex().upper()


@pytest.mark.parametrize("kind", ["pem", "p12"])
def test_dates_are_told_and_are_no_fault(kind: str):
    expired, early = read(f"{kind}:expired"), read(f"{kind}:not-yet-valid")
    assert (expired.fault, expired.not_after) == (None, NOW - timedelta(days=35))
    assert (early.fault, early.not_before) == (None, NOW + timedelta(days=2))
    assert read(f"{kind}:expires-in-10").not_after == NOW + timedelta(days=10)
    assert expired.not_after.tzinfo is timezone.utc


def test_a_key_of_another_certificate():
    mismatch, swapped = read("pem-key-mismatch"), read("pem-issuer-first")
    assert (mismatch.key_matches, mismatch.key_matches_at) == (False, None)
    assert (swapped.key_matches, swapped.key_matches_at, swapped.chain_length) == (False, 1, 2)
    assert read("pem-ec-certificate").key_matches is False


def test_a_certificate_without_its_key_is_told():
    for kind in ("pem-certificate-only", "der-certificate", "p12-no-key", "pem-openssh"):
        facts = read(kind)
        assert (facts.subject, facts.key_kind, facts.key_size) == ("CN=train-bot,O=Contoso", "RSA", 2048), (
            kind
        )
        assert facts.key_matches is None, kind


def test_a_key_without_its_certificate_is_told():
    facts = read("p12-other-certificate")
    assert (facts.chain_length, facts.key_matches_at, facts.key_kind) == (1, None, "RSA")
    assert (read("pem-key-only").key_size, read("pem-key-only").subject) == (2048, None)


@pytest.mark.parametrize(
    ("kind", "key_kind"), [("pem-ec", "EC"), ("p12-ec", "EC"), ("pem-ed25519", "Ed25519")]
)
def test_the_kind_of_a_key_that_does_not_serve(kind: str, key_kind: str):
    assert read(kind).key_kind == key_kind


def test_the_key_and_the_password_are_not_kept():
    for kind in ("pem", "p12", "pem-pkcs1", "pem-key-mismatch"):
        for given in (PASSWORD, "another-canary-secret", None):
            told = repr(read(kind, PASSWORD, given))
            assert "canary-secret" not in told
            secret = certificates.private_key("own").private_numbers()
            assert str(secret.d) not in told
            assert f"{secret.d:x}" not in told.lower()


def test_names_are_cut_and_hold_no_control_characters():
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "O\n\u202e" * 20),
            x509.NameAttribute(NameOID.STREET_ADDRESS, "x" * 900),
        ]
    )
    key = certificates.private_key("own")
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    data = built.sign(key, hashes.SHA256()).public_bytes(certificates.PEM)
    subject = read_certificate(data, None).subject
    assert subject is not None
    assert subject.isprintable()
    assert (len(subject), subject[-1]) == (300, "…")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("given", [None, PASSWORD])
def test_a_file_made_to_take_minutes_is_not_opened(given: str | None):
    data = SLOW["p12-slow"](Order(validity_of("", NOW), PASSWORD))
    facts = read_certificate(data, given)
    assert (facts.form, facts.judged, facts.fault) == (Form.PKCS12, False, None)


@pytest.mark.timeout(60)
def test_an_enormous_number_is_not_tested_for_being_prime():
    number = b"\x02\x82\x10\x01\x00" + b"\xff" * 4096
    key = b"\x30\x82" + (len(number) * 2 + 3).to_bytes(2, "big") + b"\x02\x01\x00" + number * 2
    facts = read_certificate(certificates.pem_block("RSA PRIVATE KEY", key), None)
    assert (facts.judged, facts.fault) == (False, None)


@pytest.mark.parametrize("kind", ["pem", "p12", "pem-pkcs1", "der-certificate", "p12-base64", "pem-utf-16"])
def test_every_beginning_of_a_file_can_be_read(kind: str):
    data = make(kind, NOW)
    for end in range(0, len(data), 97):
        facts = read_certificate(data[:end], None)
        assert facts.judged
        assert facts.fault is not None or end > len(data) - 97


def test_looking_at_the_module_loads_no_cryptography():
    program = "import sys, azmlflow.parsing.certificate; print('cryptography' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"


def test_without_cryptography_nothing_is_concluded(monkeypatch: pytest.MonkeyPatch):
    data = make("text", NOW)
    monkeypatch.setitem(sys.modules, "cryptography.x509", None)
    facts = read_certificate(data, None)
    assert (facts.judged, facts.fault) == (False, None)
