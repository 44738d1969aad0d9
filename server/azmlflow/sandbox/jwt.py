"""JSON Web Tokens with RSA signatures, as much of them as Entra ID needs: read, verify, sign."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Jwt(NamedTuple):
    """A token in its parts; nothing is verified. `signed` are the bytes that the signature is for."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read(text: str) -> Jwt | None:
    """Return the parts of a token, None when the text is none."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = json.loads(decode(parts[0])), json.loads(decode(parts[1]))
        signature = decode(parts[2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Jwt(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


def is_signed_by(token: Jwt, public_key: Any) -> bool:
    """Tell whether the owner of an RSA key has signed the token, with RS256 or, as a newer MSAL does, PS256."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    paddings: dict[Any, Any] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
    }
    chosen = paddings.get(token.header.get("alg"))
    if chosen is None or not isinstance(public_key, rsa.RSAPublicKey):
        return False
    try:
        public_key.verify(token.signature, token.signed, chosen, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], private_key: Any) -> str:
    """Return the token of these parts, signed with an RSA key."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    parts = [encode(json.dumps(part).encode()) for part in ({**header, "alg": "RS256", "typ": "JWT"}, claims)]
    signed = ".".join(parts)
    return f"{signed}.{encode(private_key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def encode(data: bytes) -> str:
    """Return bytes in the base64 of addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of such a text, padded or not (MSAL pads a thumbprint); ValueError when it is none."""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None
