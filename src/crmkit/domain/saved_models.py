"""Models learnt from a base, as a store keeps them: a text, and the day they are of.

What the text says is the business of whoever made it. It holds parameters, never customers.
"""

from attrs import field, frozen
from attrs.validators import instance_of

__all__ = ["SavedModels"]


@frozen(kw_only=True)
class SavedModels:
    """Models as a store keeps them.

    Attributes:
        as_of_day: The last day they learnt from, in days since 1970-01-01.
        text: The models, as text.
    """

    as_of_day: int = field(validator=instance_of(int))
    text: str = field(validator=instance_of(str))
