"""Webhooks: events posted to an address, signed so that the receiver can trust them.

The scheme is Standard Webhooks, version 1.0.0, with symmetric keys. The sender signs
``id.timestamp.body`` with HMAC-SHA256 and sends three headers:

    webhook-id          of the event, the same in every delivery: tells a repetition
    webhook-timestamp   of this attempt, seconds since 1970: an old one is refused
    webhook-signature   ``v1,`` and base64; several, apart by spaces, while a key is changed

Nothing here retries: ``base.deliver`` stops at an event that was not taken, and whoever calls
it again, on the shop's own schedule, sends it again. Events are delivered at least once; a
receiver that remembers ids has the effect once.

Source: Standard Webhooks, specification 1.0.0, standardwebhooks.com.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError, SignatureError, WebhookError
from crmkit.domain.events import Event
from crmkit.domain.mapping import EMPTY, FrozenMapping, frozen_mapping, thawed
from crmkit.domain.times import Clock, system_clock

__all__ = ["Received", "Webhook", "event_json", "sign", "verify"]

#: Seconds that a message may be old, or ahead of the receiver's clock.
TOLERANCE: Final = 300
#: Seconds to wait for an answer, as the scheme recommends (15 to 30).
TIMEOUT: Final = 20.0
_SECRET = "whsec_"  # noqa: S105  # what every secret begins with
_SHORTEST = 24
_LONGEST = 64
_ID = re.compile(r"[!-\-/-~]+")
_VISIBLE = re.compile(r"[!-~]+")
_GONE = 410
#: Beyond these, what the server says about the request will not change by asking again.
_PASSING = frozenset({408, 409, 425, 429})


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


def _keys(secrets: str | Iterable[str]) -> tuple[bytes, ...]:
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
    signatures = [_signature(key, id, seconds, body) for key in _keys(secrets)]
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
    if not _signed(_keys(secrets), id_, seconds, body, signatures):
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


def event_json(event: Event) -> bytes:
    """Return an event as the body of a webhook: canonical JSON, equal for equal events.

    ``type``, ``timestamp`` and ``data`` are those that the scheme recommends; ``id``,
    ``position`` and ``customer_id`` stand beside them.
    """
    told = {
        "type": event.type.value,
        "timestamp": event.recorded_at.isoformat().replace("+00:00", "Z"),
        "id": event.id,
        "position": event.position,
        "customer_id": event.customer_id,
        "data": thawed(event.data),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


class _NoRedirects(HTTPRedirectHandler):
    """Leaves a redirect as the failure that it is."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


def _default_opener() -> OpenerDirector:
    return build_opener(_NoRedirects)


def _checked_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    del port
    if "@" in parts.netloc:
        rule = "must hold no user name or password; hand them in as headers="
    elif not host or parts.scheme not in {"https", "http"} or not _VISIBLE.fullmatch(url):
        rule = "must be an address such as https://example.com/events"
    elif parts.scheme == "http" and not _loopback(host):
        rule = "must begin with https://, except for this very machine"
    else:
        return parts
    raise InvalidValueError("url", "…", rule)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@frozen(kw_only=True)
class Webhook:
    """Posts events to an address: a handler for ``base.deliver``.

    Attributes:
        url: Where to; https, but for this machine. Its query stays out of errors and reprs.
        secret: The key, ``whsec_`` and base64 of 24 to 64 random bytes, unique to the address;
            several while it is being changed, the new one first.
        timeout: Seconds to wait for the answer.
        headers: More headers, such as Authorization.
        opener: Sends the request; by default one that follows no redirect.
        clock: Tells when an attempt is made.
    """

    url: str = field(repr=False)
    secret: str | tuple[str, ...] = field(repr=False)
    timeout: float = TIMEOUT
    headers: Mapping[str, str] = field(
        default=EMPTY, converter=frozen_mapping, repr=False, hash=False
    )
    opener: OpenerDirector = field(factory=_default_opener, repr=False, eq=False)
    clock: Clock = field(default=system_clock, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _checked_url(self.url)
        _keys(self.secret)

    @property
    def place(self) -> str:
        """The address as errors name it: without its query."""
        parts = _checked_url(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def __call__(self, event: Event) -> None:
        """Post an event.

        Raises:
            WebhookError: It was not taken; the error says whether and when to try again.
        """
        body = event_json(event)
        signed = sign(event.id, body, self.secret, at=self.clock())
        more = {"content-type": "application/json", "user-agent": "crmkit", **self.headers}
        request = Request(self.url, data=body, headers={**more, **signed}, method="POST")  # noqa: S310  # the address was checked
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                status = answer.status
        except HTTPError as error:
            with error:
                raise self._refused(error.code, error.headers.get("retry-after")) from None
        except TimeoutError:
            raise WebhookError(self.place, f"no answer in {self.timeout:g} seconds") from None
        except (OSError, HTTPException, ValueError) as error:
            raise WebhookError(self.place, _cause(error)) from None
        if not 200 <= status < 300:
            raise self._refused(status, None)

    def _refused(self, status: int, after: str | None) -> WebhookError:
        """The error for an answer that is not 2xx."""
        final = 300 <= status < 500 and status not in _PASSING
        reason = f"answered {status}"
        if 300 <= status < 400:
            reason += ", a redirect; name the address it leads to"
        elif status == _GONE:
            reason += ", gone; deliver nothing more"
        return WebhookError(self.place, reason, retry=not final, after=self._wait(after))

    def _wait(self, after: str | None) -> int | None:
        """The seconds that a Retry-After header asks for, in either of its forms."""
        if after is None:
            return None
        text = after.strip()
        if text.isascii() and text.isdigit():
            return int(text[:9])
        from email.utils import parsedate_to_datetime

        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, int((aware - self.clock()).total_seconds()))


def _cause(error: Exception) -> str:
    """What went wrong, in words that hold no part of the address."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    text = getattr(reason, "strerror", None) or type(reason).__name__
    return f"could not be reached ({text})"
