"""Webhooks between a base and real servers on this machine: signed, refused, repeated."""

import base64
import json
import random
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from attrs import evolve

from crmkit import CustomerBase, Shop
from crmkit.adapters.webhooks import Webhook, event_json, sign, verify
from crmkit.domain.errors import InvalidValueError, SignatureError, WebhookError
from crmkit.domain.events import Event, EventType
from crmkit.domain.interactions import Visit

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = b'{"a":1}'

EVENT = Event(
    position=7,
    id="e7",
    type=EventType.RECORDED,
    recorded_at=NOW,
    customer_id="änn",
    data={"kind": "visit", "id": "v1"},
)


def clock():
    return NOW


@contextmanager
def serving(answer):
    """A server that gives each request to ``answer``, which returns status and headers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            status, headers = answer(self, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/events"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Receiver:
    """Does what a message asks for once for each id."""

    def __init__(self, statuses=()):
        self.seen, self.effects, self.asked = set(), Counter(), 0
        self.statuses = list(statuses)

    def __call__(self, request, body):
        self.asked += 1
        received = verify(dict(request.headers), body, SECRET)
        if received.id not in self.seen:
            self.seen.add(received.id)
            self.effects[received.payload["data"]["id"]] += 1
        return (self.statuses.pop(0) if self.statuses else 204), {}


def answering(status, headers=None):
    return lambda _request, _body: (status, headers or {})


@pytest.fixture
def base():
    shop = Shop(id="lamp", currency="EUR", publishes=True)
    base = CustomerBase.open("memory:", shop=shop)
    base.record(Visit(id=f"v{n}", customer_id="ann", at=NOW + timedelta(hours=n)) for n in range(4))
    return base


def test_a_body_is_canonical_json_with_the_fields_of_the_scheme():
    assert event_json(EVENT).decode() == (
        '{"customer_id":"änn","data":{"id":"v1","kind":"visit"},"id":"e7","position":7,'
        '"timestamp":"2026-03-01T12:00:00Z","type":"interaction.recorded"}'
    )


def test_events_arrive_signed_and_in_order(base):
    bodies = []

    def keep(request, body):
        assert request.headers["content-type"] == "application/json"
        assert request.headers["authorization"] == "Bearer x"
        bodies.append(verify(dict(request.headers), body, SECRET))
        return 200, {}

    with serving(keep) as url:
        hook = Webhook(url=url, secret=SECRET, headers={"authorization": "Bearer x"})
        assert base.deliver("search", hook).count == 4
    assert [one.payload["data"]["id"] for one in bodies] == ["v0", "v1", "v2", "v3"]
    assert [one.id for one in bodies] == [one.id for one in base.events()]


def test_a_receiver_that_fails_twice_has_every_effect_once(base):
    receiver = Receiver([200, 500, 503, 200])
    with serving(receiver) as url:
        hook = Webhook(url=url, secret=SECRET)
        first = base.deliver("search", hook)
        assert (first.count, str(first.error)) == (1, f"{url}: answered 500; send it again later")
        assert base.deliver("search", hook).error.reason == "answered 503"
        assert base.deliver("search", hook).count == 3
    assert receiver.asked == 6
    assert receiver.effects == Counter(["v0", "v1", "v2", "v3"])


def test_repetition_and_disorder_have_every_effect_once(base):
    events = base.events() * 3
    random.Random(1).shuffle(events)  # noqa: S311
    receiver = Receiver()
    with serving(receiver) as url:
        hook = Webhook(url=url, secret=SECRET)
        for event in events:
            hook(event)
    assert (receiver.asked, receiver.effects) == (12, Counter(["v0", "v1", "v2", "v3"]))


@pytest.mark.parametrize(
    ("status", "headers", "retry", "after"),
    [
        (400, {}, False, None),
        (404, {}, False, None),
        (408, {}, True, None),
        (410, {}, False, None),
        (429, {"retry-after": "30"}, True, 30),
        (500, {"retry-after": "soon"}, True, None),
        (503, {"retry-after": "Sun, 01 Mar 2026 12:02:00 GMT"}, True, 120),
        (503, {"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, True, 0),
    ],
)
def test_an_answer_says_whether_and_when_to_send_again(status, headers, retry, after):
    with serving(answering(status, headers)) as url, pytest.raises(WebhookError) as caught:
        Webhook(url=f"{url}?token=hush", secret=SECRET, clock=clock)(EVENT)
    assert (caught.value.retry, caught.value.after) == (retry, after)
    assert f"answered {status}" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert caught.value.place == url


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    reached = []
    with (
        serving(lambda *_: (reached.append(1), (200, {}))[1]) as aim,
        serving(answering(status, {"location": aim})) as url,
        pytest.raises(WebhookError, match="a redirect; name the address") as caught,
    ):
        Webhook(url=url, secret=SECRET)(EVENT)
    assert (reached, caught.value.retry) == ([], False)


def test_a_server_that_is_not_there_or_does_not_answer_is_said_so():
    with serving(answering(200)) as url:
        pass
    with pytest.raises(WebhookError, match="could not be reached") as caught:
        Webhook(url=url + "?token=hush", secret=SECRET)(EVENT)
    assert caught.value.retry
    assert "hush" not in str(caught.value)
    from threading import Event as Gate

    gate = Gate()
    with serving(lambda *_: (gate.wait(), (200, {}))[1]) as url:
        with pytest.raises(WebhookError, match="no answer in"):
            Webhook(url=url, secret=SECRET, timeout=0.05)(EVENT)
        gate.set()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/events",
        "ftp://example.com",
        "https://user:hush@example.com/",
        "https://",
        "/events",
        "http://localhost.example.com/",
        "http://127.0.0.1:99999/",
        "https://[::1/",
        "https://exämple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nx: y",
    ],
)
def test_an_address_must_be_safe_to_send_to(url):
    with pytest.raises(InvalidValueError, match="url") as caught:
        Webhook(url=url, secret=SECRET)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://localhost:8000/", "http://[::1]/", "http://127.0.0.1"]
)
def test_addresses_that_are_safe_are_taken(url):
    assert Webhook(url=url, secret=SECRET).place == url


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "whsec_" + "é" * 40, ()])
def test_a_secret_must_be_one_and_is_never_shown(secret):
    with pytest.raises(InvalidValueError, match="secret") as caught:
        Webhook(url="https://example.com", secret=secret)
    assert "short" not in str(caught.value)


def test_secrets_and_queries_stay_out_of_reprs():
    hook = Webhook(url="https://example.com/?token=hush", secret=SECRET, headers={"a": "hush"})
    assert "hush" not in repr(hook)
    assert SECRET not in repr(hook)


def test_a_secret_can_be_changed_without_a_pause():
    both = sign("m1", BODY, (OTHER, SECRET), at=NOW)
    for secrets in (SECRET, OTHER, (OTHER, SECRET)):
        assert verify(both, BODY, secrets, clock=clock).id == "m1"
    old = sign("m1", BODY, SECRET, at=NOW)
    assert verify(old, BODY, (OTHER, SECRET), clock=clock).sent_at == NOW


@pytest.mark.parametrize(
    ("harm", "body", "reason"),
    [
        ({"webhook-id": None}, BODY, "no header webhook-id"),
        ({"webhook-timestamp": None}, BODY, "no header webhook-timestamp"),
        ({"webhook-signature": ""}, BODY, "no header webhook-signature"),
        ({"webhook-timestamp": "now"}, BODY, "no number of seconds"),
        ({"webhook-timestamp": "²"}, BODY, "no number of seconds"),
        ({"webhook-timestamp": "9" * 40}, BODY, "no number of seconds"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, BODY, "no signature"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) - 301)}, BODY, "within 300 seconds"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 301)}, BODY, "within 300 seconds"),
        ({"webhook-id": "m2"}, BODY, "no signature"),
        ({"webhook-signature": "v1,AAAA é v1a,x"}, BODY, "no signature"),
        ({}, BODY + b" ", "no signature"),
    ],
)
def test_what_was_not_signed_so_is_refused(harm, body, reason):
    headers = {**sign("m1", BODY, SECRET, at=NOW), **harm}
    given = {name: value for name, value in headers.items() if value is not None}
    with pytest.raises(SignatureError, match=reason):
        verify(given, body, SECRET, clock=clock)


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"a":NaN}'])
def test_a_signed_body_must_be_a_json_object(body):
    headers = sign("m1", body, SECRET, at=NOW)
    with pytest.raises(SignatureError, match="no JSON"):
        verify(headers, body, SECRET, clock=clock)


@pytest.mark.parametrize("bad", ["", "a.b", "a b", "a\r\nb", "é"])
def test_an_id_must_not_reach_into_what_is_signed(bad):
    with pytest.raises(InvalidValueError, match="id"):
        sign(bad, BODY, SECRET, at=NOW)


def test_a_time_must_have_a_zone():
    with pytest.raises(InvalidValueError, match="time zone"):
        sign("m1", BODY, SECRET, at=NOW.replace(tzinfo=None))


def test_the_reference_library_understands_us_and_we_it():
    standardwebhooks = pytest.importorskip("standardwebhooks")
    theirs = standardwebhooks.Webhook(SECRET)
    body = event_json(evolve(EVENT, id="m1"))
    at = datetime.now(UTC)
    ours = sign("m1", body, (OTHER, SECRET), at=at)
    assert theirs.verify(body.decode(), ours) == json.loads(body)
    signature = theirs.sign(msg_id="m1", timestamp=at, data=body.decode())
    headers = {**ours, "webhook-signature": signature}
    assert verify(headers, body, SECRET).payload["position"] == 7
