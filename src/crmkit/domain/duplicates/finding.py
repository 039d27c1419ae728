"""Records that may be one person's, as a stream of pairs."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from crmkit.domain.customer import Customer, is_guest
from crmkit.domain.duplicates.blocks import MOST, Blocks, LeftOut
from crmkit.domain.duplicates.comparing import Commonness, Verdict, comparable, compared
from crmkit.domain.duplicates.people import Person, people_of
from crmkit.domain.duplicates.weights import DOUBLES, HOUSEHOLD
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY
from crmkit.domain.sheet import Sheet, Shown

__all__ = ["LEAST", "Duplicate", "DuplicateSearch", "Reason", "find_duplicates"]

#: Pairs less probable than this are not shown.
LEAST = 0.7

FORMULA = "odds of a match times, for each comparison, m / u of the rival; weight = log2(m / u)"
SOURCE = (
    "Fellegi, Sunter (1969), Journal of the American Statistical Association 64(328), "
    "1183-1210; shares m and u: crmkit's own judgement (crmkit.domain.duplicates.weights)"
)


@frozen
class Reason:
    """What one comparison says.

    Attributes:
        text: In what the two agree or differ; never the value itself.
        weight: In bits: above 0 it speaks for one person, below 0 against.
    """

    text: str
    weight: float

    def __str__(self) -> str:
        return f"{self.text} ({self.weight:+.1f})"


@frozen(kw_only=True)
class Duplicate(Shown):
    """Two customers who may be one person.

    Attributes:
        a, b: Their ids, in code point order; of merged customers the survivor's.
        probability: That they are one person, 0 to 1.
        weight: What all reasons say together, in bits, against the rival.
        reasons: What agrees and what differs, the weightiest first.
        rival: What speaks best against it: that they are "strangers", or of one "household".
    """

    a: str
    b: str
    probability: float
    weight: float
    reasons: tuple[Reason, ...]
    rival: str

    @property
    def guests(self) -> tuple[str, ...]:
        """Those of the two who are guests: they are linked only on evidence of its own."""
        return tuple(one for one in (self.a, self.b) if is_guest(one))

    def sheet(self) -> Sheet:
        """Return the pair and its reasons as they are shown, without any personal value."""
        way = "link a guest only on evidence" if self.guests else "see the preview of a merge first"
        return Sheet(
            title=f"{self.a} and {self.b}: one person with probability {self.probability:.3f}",
            rows=tuple((one.text, f"{one.weight:+.1f} bits") for one in self.reasons),
            notes=(f"weighed against {self.rival}; {way}",),
        )

    def explain(self) -> Explanation:
        """Return what was compared and how it was weighed."""
        return Explanation(
            figure="duplicate",
            answer=f"{self.probability:.3f}",
            formula=FORMULA,
            source=SOURCE,
            inputs=[
                ("rival", self.rival),
                ("doubles per record", DOUBLES),
                ("household members per record", HOUSEHOLD),
                *((one.text, f"{one.weight:+.2f} bits") for one in self.reasons),
            ],
            coverage=f"{len(self.reasons)} comparisons in which both records say something",
        )


@frozen(kw_only=True)
class DuplicateSearch(Shown):
    """A search for duplicates: iterate over it as often as you like, nothing is kept.

    Attributes:
        records: How many people were looked at; those who are merged already count once.
        compared: How many pairs are compared at most.
        least: The probability from which a pair is shown.
        left_out: What too many share to be compared for it; empty where nothing was left out.
    """

    records: int
    compared: int
    least: float
    left_out: tuple[LeftOut, ...]
    _people: list[Person] = field(repr=False)
    _blocks: Blocks = field(repr=False)
    _common: Commonness = field(repr=False)

    def __iter__(self) -> Iterator[Duplicate]:
        """Yield every probable pair once, block by block, the best of a block first."""
        for pairs in self._blocks:
            found = [one for pair in pairs if (one := self._judged(*pair)) is not None]
            yield from sorted(found, key=lambda one: (-one.probability, one.a, one.b))

    def _judged(self, one: int, other: int) -> Duplicate | None:
        first, second = sorted((self._people[one], self._people[other]), key=lambda each: each.id)
        if not comparable(first, second):
            return None
        verdict = compared(first, second, self._common)
        if verdict is None or verdict.probability < self.least:
            return None
        return _duplicate(first, second, verdict)

    def sheet(self) -> Sheet:
        """Return how much was looked at and what was left out, as it is shown."""
        return Sheet(
            title=f"duplicates among {self.records:,} records",
            rows=(("pairs compared at most", f"{self.compared:,}"), ("least", self.least)),
            notes=tuple(str(one) for one in self.left_out),
        )


def _duplicate(first: Person, second: Person, verdict: Verdict) -> Duplicate:
    by_size = sorted(verdict.weights, key=lambda one: (-abs(one[1]), one[0]))
    return Duplicate(
        a=first.id,
        b=second.id,
        probability=verdict.probability,
        weight=sum(weight for _, weight in verdict.weights),
        reasons=tuple(Reason(text, weight) for text, weight in by_size),
        rival=verdict.rival,
    )


def find_duplicates(
    records: Iterable[Customer],
    *,
    least: float = LEAST,
    most: int = MOST,
    ends: Mapping[str, str] = EMPTY,
) -> DuplicateSearch:
    """Return a search over records for those that may be one person's.

    The records are read once and held in comparable form; pairs are made while iterating. An
    organisation and the people who act for it are no pair.

    Args:
        records: In any order; the same pairs come out of any.
        least: The probability from which a pair is shown, above 0, at most 1.
        most: How many people of one key are compared with each other, 2 or more; work grows
            with the records times this.
        ends: For ids that stand for another, for whom (``survivors``): what is one already
            is read as one.

    Raises:
        InvalidValueError: ``least`` or ``most`` is out of range.

    Source:
        Fellegi, I. P., Sunter, A. B. (1969). A theory for record linkage. Journal of the
        American Statistical Association 64(328), 1183-1210.

    >>> from crmkit.domain.customer import Identifier
    >>> mail = (Identifier(kind="email", value="ann@shop.example"),)
    >>> records = [Customer(id=one, name="Ann Lamb", identifiers=mail) for one in ("c-1", "c-2")]
    >>> [(one.a, one.b) for one in find_duplicates(records)]
    [('c-1', 'c-2')]
    """
    if not 0 < least <= 1:
        raise InvalidValueError("least", least, "must be above 0 and at most 1")
    if most < 2:
        raise InvalidValueError("most", most, "must be 2 or more")
    people = list(people_of(records, ends))
    blocks = Blocks.of(people, most)
    return DuplicateSearch(
        records=len(people),
        compared=blocks.pairs,
        least=least,
        left_out=blocks.left_out,
        people=people,
        blocks=blocks,
        common=Commonness.of(people),
    )
