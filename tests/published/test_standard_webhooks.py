"""The signature that the authors of Standard Webhooks publish with their libraries.

Standard Webhooks, specification 1.0.0; the example of ``sign`` in the test of the reference
library for Python (libraries/python/tests/test_webhooks.py).
"""

from datetime import UTC, datetime

from crmkit.adapters.webhooks import sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # published
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_as_published():
    assert sign(ID, BODY, SECRET, at=AT) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_the_published_signature_is_accepted():
    headers = {"Webhook-Id": ID, "Webhook-Timestamp": "1614265330", "Webhook-Signature": SIGNATURE}
    assert verify(headers, BODY, SECRET, clock=lambda: AT).payload == {"test": 2432232314}
