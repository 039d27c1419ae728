"""What a shop says of the fields that it adds of its own, so that export and erasure know them.

Everything in ``extra`` and ``attributes`` counts as personal until the shop says otherwise:

    Shop(id="lamp", currency="EUR", personal_data=PersonalData(
        extra={"gift_wrap": OwnField(personal=False, purpose="packing")},
        attributes={"shoe_size": OwnField(category="trait", purpose="advice")},
    ))

An extra that is declared not to be personal outlives an erasure, under the pseudonym: nothing
in it may tell whose it was. An attribute goes with the record, whatever is declared.

The words are those of the register of processing that article 30 of Regulation (EU) 2016/679
(GDPR) asks for; ``crmkit.domain.personal_fields`` is the whole register.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.naming import by_field
from crmkit.domain.validators import yes_or_no
from crmkit.domain.words import Word

__all__ = ["DEFAULT_PERSONAL_DATA", "DataCategory", "OwnField", "PersonalData"]


class DataCategory(Word):
    """What kind of personal data a field holds."""

    REFERENCE = "reference"
    IDENTITY = "identity"
    CONTACT = "contact"
    TRAIT = "trait"
    ORIGIN = "origin"
    WORDS = "words"
    PROOF = "proof"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


@frozen(kw_only=True, field_transformer=by_field)
class OwnField:
    """A field that a shop adds of its own, under ``extra`` or ``attributes``.

    Attributes:
        personal: Whether it can tell anything about one person.
        category: What kind of data it is.
        purpose: What it is kept for, as the person may be told.
    """

    personal: bool = field(default=True, validator=yes_or_no)
    category: DataCategory = field(default=DataCategory.OTHER, converter=DataCategory)
    purpose: str = ""


def _own_fields(value: Mapping[str, OwnField]) -> Mapping[str, OwnField]:
    return FrozenMapping(value) if value else EMPTY


@frozen(kw_only=True, field_transformer=by_field)
class PersonalData:
    """What a shop says of its own fields.

    Attributes:
        extra: Fields of interactions by name, at the top of ``extra``.
        attributes: Fields of customer records by name, at the top of ``attributes``.
    """

    extra: Mapping[str, OwnField] = field(default=EMPTY, converter=_own_fields, hash=False)
    attributes: Mapping[str, OwnField] = field(default=EMPTY, converter=_own_fields, hash=False)

    @extra.validator
    @attributes.validator
    def _declared(self, attribute: Any, value: Mapping[str, OwnField]) -> None:
        for name, one in value.items():
            if not isinstance(one, OwnField):
                raise InvalidValueError(
                    f"{attribute.name}.{name}", type(one).__name__, "must be an OwnField"
                )

    @property
    def kept_extras(self) -> frozenset[str]:
        """The names in ``extra`` that outlive an erasure."""
        return frozenset(name for name, one in self.extra.items() if not one.personal)


#: A shop that says nothing: all its own fields are personal.
DEFAULT_PERSONAL_DATA = PersonalData()
