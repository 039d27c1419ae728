"""Signatures of webhooks: made for what is sent, and checked on what arrives.

The scheme is Standard Webhooks, version 1.0.0, with symmetric keys: the sender signs
``id.timestamp.body`` with HMAC-SHA256. Three headers carry it:

    webhook-id          of the event, the same in every delivery: tells a repetition
    webhook-timestamp   of this attempt, seconds since 1970: an old one is refused
    webhook-signature   ``v1,`` and base64; several, apart by spaces, while a key is changed

Source: Standard Webhooks, specification 1.0.0, standardwebhooks.com.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError, SignatureError
from crmkit.domain.mapping import FrozenMapping, frozen_mapping
from crmkit.domain.times import Clock, system_clock

__all__ = ["Received", "keys_of", "sign", "verify"]

#: Seconds that a message may be old, or ahead of the receiver's clock.
TOLERANCE: Final = 300
_SECRET = "whsec_"  # noqa: S105  # what every secret begins with
_SHORTEST = 24
_LONGEST = 64
_ID = re.compile(r"[!-\-/-~]+")


def _key(secret: str) -> bytes:
    """The bytes of a secret; it stays out of every error."""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise InvalidValueError(
            "secret", "…", f"must be whsec_ and base64 of {_SHORTEST} to {_LONGEST} random bytes"
        )
    return key


def keys_of(secrets: str | Iterable[str]) -> tuple[bytes, ...]:
    """Return the bytes of secrets.

    Raises:
        InvalidValueError: One cannot be, or there is none; none is shown.
    """
    keys = tuple(map(_key, [secrets] if isinstance(secrets, str) else secrets))
    if not keys:
        raise InvalidValueError("secret", "", "must be given")
    return keys


def _signature(key: bytes, id_: str, seconds: int, body: bytes) -> str:
    content = b"%s.%d.%s" % (id_.encode(), seconds, body)
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def sign(
    id: str,  # noqa: A002
    body: bytes,
    secrets: str | Iterable[str],
    *,
    at: datetime,
) -> dict[str, str]:
    """Return the three headers of a message.

    Args:
        id: Of the message, the same whenever it is sent; visible ASCII without full stops.
        body: Exactly as it is sent.
        secrets: The key, ``whsec_…``; several while it is being changed, the new one first.
        at: When this attempt is made, aware.

    Raises:
        InvalidValueError: An id or a secret that cannot be.

    Source:
        Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers".
    """
    if not _ID.fullmatch(id):
        raise InvalidValueError("id", id, "must be visible ASCII characters without full stops")
    if at.tzinfo is None:
        raise InvalidValueError("at", at, "must have a time zone")
    seconds = int(at.timestamp())
    signatures = [_signature(key, id, seconds, body) for key in keys_of(secrets)]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


@frozen(kw_only=True)
class Received:
    """A message that was signed with the secret.

    Attributes:
        id: The same in every delivery: what was done for one id is not done again.
        sent_at: When this attempt was made, in UTC.
        payload: What the body says.
    """

    id: str
    sent_at: datetime
    payload: FrozenMapping = field(repr=False)


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: str | Iterable[str],
    *,
    clock: Clock = system_clock,
    tolerance: int = TOLERANCE,
) -> Received:
    """Return what a message says, if it was signed with a secret and is recent.

    Args:
        headers: Of the request, names in any case.
        body: The bytes as they came, before anything parsed them.
        secrets: The key; several while it is being changed, any of which may fit.
        clock: Tells the time.
        tolerance: Seconds that the message may be old or ahead.

    Raises:
        SignatureError: A header is missing, the time is out of reach, no signature fits, or
            the body is no JSON object. Answer it with 400 or 401.
        InvalidValueError: A secret that cannot be.

    Source:
        Standard Webhooks 1.0.0, "Verifying signatures".
    """
    given = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in _HEADERS if not given.get(name)]
    if missing:
        raise SignatureError(f"has no header {missing[0]}")
    id_, stated, signatures = (given[name] for name in _HEADERS)
    seconds = _seconds(stated)
    if abs(clock().timestamp() - seconds) > tolerance:
        raise SignatureError(f"was not sent within {tolerance} seconds of now")
    if not _signed(keys_of(secrets), id_, seconds, body, signatures):
        raise SignatureError("carries no signature made with the secret")
    return Received(id=id_, sent_at=datetime.fromtimestamp(seconds, UTC), payload=_payload(body))


_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def _seconds(stated: str) -> int:
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 11):
        raise SignatureError("has a webhook-timestamp that is no number of seconds")
    return int(stated)


def _signed(keys: Iterable[bytes], id_: str, seconds: int, body: bytes, signatures: str) -> bool:
    """Whether any signature fits any key; every pair is compared, in constant time."""
    given = [one.encode() for one in signatures.split() if one.startswith("v1,")]
    right = [_signature(key, id_, seconds, body).encode() for key in keys]
    return any([hmac.compare_digest(one, other) for one in given for other in right])  # noqa: C419


def _payload(body: bytes) -> FrozenMapping:
    try:
        read = json.loads(body)
        if isinstance(read, dict):
            return frozen_mapping(read)
    except (ValueError, RecursionError) as error:
        raise SignatureError("has a body that is no JSON") from error
    raise SignatureError("has a body that is no JSON object")
