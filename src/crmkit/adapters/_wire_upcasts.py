"""The schemas of the wire: which one is written, and how what older ones wrote is brought up.

    schema   what changed
    1        the first: orders, returns, deliveries, surveys
    2        a return's ``reason`` is one of a few words, its free text is ``note``

A step takes plain data of one schema, its ``kind`` still in it, to the next schema.
"""

from collections.abc import Callable
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Return, ReturnReason

#: The schema that is written.
SCHEMA = 2


def _reason_becomes_note(body: dict[str, Any]) -> dict[str, Any]:
    """Take a return's free text to its note; what is one of the words stays its reason too."""
    text = body.get("reason")
    if body.get("kind") != Return.kind or not isinstance(text, str):
        return body
    if "note" in body:
        raise InvalidValueError("note", "…", "schema 1 knows no such field")
    word = text.replace(" ", "_")
    reason = {"reason": word} if word in list(ReturnReason) else {}
    rest = {name: value for name, value in body.items() if name != "reason"}
    return {**rest, **reason, "note": text}


#: From a schema to the next.
UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _reason_becomes_note}


def brought_up(body: dict[str, Any]) -> dict[str, Any]:
    """Return plain data in the schema that is written, without saying its schema.

    Raises:
        InvalidValueError: It is of a schema that is not known, or says none.
    """
    schema = body.pop("schema", None)
    if type(schema) is not int or (schema != SCHEMA and schema not in UPCASTS):
        raise InvalidValueError(
            "schema",
            schema,
            f"this crmkit reads {min(UPCASTS, default=SCHEMA)} to {SCHEMA}",
            "a newer schema needs a newer crmkit",
        )
    while schema != SCHEMA:
        body, schema = UPCASTS[schema](body), schema + 1
    return body
