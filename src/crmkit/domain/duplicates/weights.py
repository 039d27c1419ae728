"""What each agreement says: the table of the duplicates finder.

Two records are one person's (a match), two people's of one household, or two strangers'. Each
comparison comes out in one of its levels; the table says how often it does so in each case.

    m           share of matches in which it comes out so
    household   the same, of two people of one household or firm
    stranger    the same, of two people who have nothing to do with each other; where the value
                is a common one in these very records, its own share among them, if larger:
                of a name also the product of the shares of its words
    weight      log2(m / u), u of the rival: what speaks best against a match

The household is there because its members share phone, address, surname, often a mailbox: such
agreements are no independent evidence, as the model with strangers alone would take them.

Sources: Fellegi, I. P., Sunter, A. B. (1969). A theory for record linkage. Journal of the
American Statistical Association 64(328), 1183-1210: weights, and frequencies of values
(section 3). The shares are this library's own judgement of a shop's records, not estimates from
yours: what they achieve on records whose truth is known, ``examples/duplicates.py`` prints.
"""

from math import log2

from attrs import frozen

__all__ = ["DOUBLES", "HOUSEHOLD", "LEVELS", "Level"]

#: Records of a shop that have a double, per record.
DOUBLES = 0.05
#: Others of the same household or firm who have a record too, per record.
HOUSEHOLD = 0.3


@frozen
class Level:
    """One way in which a comparison can come out.

    Attributes:
        reason: What it is, in words.
        m, household, stranger: How often, of matches, households and strangers, 0 to 1.
        why: What the shares are judged by.
    """

    reason: str
    m: float
    household: float
    stranger: float
    why: str

    def against_household(self) -> float:
        """The weight against two people of one household, in bits."""
        return log2(self.m / self.household)

    def against_stranger(self, share: float) -> float:
        """The weight against two strangers, in bits.

        Args:
            share: Of strangers who would agree as much in this very value, 0 to 1.
        """
        return log2(self.m / max(self.stranger, share))


_LEVELS = (
    Level("same verified e-mail", 0.5, 0.02, 1e-8, "a proved mailbox is rarely two people's"),
    Level("same e-mail", 0.5, 0.1, 1e-7, "couples and firms share mailboxes"),
    Level(
        "same mailbox, written otherwise", 0.05, 0.005, 1e-7, "dots and tags the provider ignores"
    ),
    Level("other e-mail", 0.4, 0.85, 1.0, "a second mailbox is why records are doubled"),
    Level("same verified phone", 0.4, 0.1, 1e-6, "a proved number, but families share phones"),
    Level("same phone", 0.4, 0.5, 1e-5, "landlines and numbers of the family"),
    Level("other phone", 0.4, 0.5, 1.0, "numbers change, people have two"),
    Level("same address", 0.6, 0.9, 1e-5, "households live together"),
    Level("other address", 0.4, 0.1, 1.0, "people move, and write addresses in many ways"),
    Level("same platform id", 0.1, 1e-4, 1e-8, "an account of one platform is one person's"),
    Level("same anonymous id", 0.2, 0.05, 1e-6, "devices are shared at home"),
    Level("same name", 0.6, 0.02, 1e-6, "given names pass from parents to children"),
    Level("same single name", 0.15, 0.01, 5e-3, "one word is a common name"),
    Level("same name, a part left out", 0.1, 0.02, 1e-5, "second names and second surnames"),
    Level("similar name", 0.2, 0.05, 5e-4, "slips of the pen; brothers and sisters"),
    Level("other name", 0.1, 0.95, 1.0, "marriage, nicknames, initials"),
    Level("same birthday", 0.92, 3e-3, 5.5e-5, "one of 50 years' days; twins"),
    Level("birthday, day and month swapped", 0.02, 3e-5, 2.2e-5, "two ways to write a date"),
    Level("birthday, one digit other", 0.03, 2e-3, 1e-3, "slips of the pen"),
    Level("other birthday", 0.03, 0.99, 1.0, "wrong on purpose"),
    Level("same region", 0.85, 0.97, 0.01, "households live together"),
    Level("other region", 0.15, 0.03, 1.0, "people move"),
    Level("a person and a firm", 0.02, 0.3, 0.3, "owners buy for their firms"),
)

#: The levels by their reason.
LEVELS = {one.reason: one for one in _LEVELS}
