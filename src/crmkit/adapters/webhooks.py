"""Webhooks: events posted to an address, signed so that the receiver can trust them.

``Webhook`` is a handler for ``base.deliver``; ``sign`` and ``verify`` are those of
``webhook_signatures``, for whoever sends or receives in another way.

Nothing here retries: ``base.deliver`` stops at an event that was not taken, and whoever calls
it again, on the shop's own schedule, sends it again. Events are delivered at least once; a
receiver that remembers ids has the effect once.

Source: Standard Webhooks, specification 1.0.0, standardwebhooks.com.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from attrs import field, frozen

from crmkit.adapters.webhook_signatures import Received, keys_of, sign, verify
from crmkit.domain.errors import InvalidValueError, WebhookError
from crmkit.domain.events import Event
from crmkit.domain.mapping import EMPTY, frozen_mapping, thawed
from crmkit.domain.times import Clock, system_clock

__all__ = ["Received", "Webhook", "event_json", "sign", "verify"]

#: Seconds to wait for an answer, as the scheme recommends (15 to 30).
TIMEOUT: Final = 20.0
_VISIBLE = re.compile(r"[!-~]+")
_GONE = 410
#: Beyond these, what the server says about the request will not change by asking again.
_PASSING = frozenset({408, 409, 425, 429})


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
        keys_of(self.secret)

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
