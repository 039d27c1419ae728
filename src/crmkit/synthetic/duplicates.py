"""Seeded customer records of which it is known whose they are: a test of finding duplicates.

Invented people live in households that share an address, often a phone, sometimes a mailbox and
now and then a name from parent to child. Some people are on record twice or three times, as it
happens in shops: another mailbox, a phone without its country, "PEREZ ANA" for "Ana Pérez", a
slip of the pen, a second surname left out, a birthday that is missing, a move. Nobody is real.

    >>> records = SyntheticRecords(seed=1, people=100)
    >>> len(records.records()) >= 100
    True
"""

from collections import defaultdict
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations
from random import Random
from typing import Any
from unicodedata import combining, normalize

from attrs import field, frozen

from crmkit.domain.customer import ContactPoint, Customer, Identifier, IdentifierKind
from crmkit.domain.validators import whole
from crmkit.synthetic.setting import Setting

__all__ = ["SyntheticRecords"]

_GIVEN = (
    "Ana", "Luis", "Luisa", "María", "Mario", "José", "Josefa", "Carmen", "Antonio", "Antonia",
    "Lucía", "Lucas", "Elena", "Pablo", "Paula", "Íñigo", "Núria", "Jordi", "Sofía", "Martín",
    "Marta", "Andrés", "Andrea", "Daniel", "Daniela", "Zoë", "Søren", "Łukasz", "Olga", "Irene",
    "Hugo", "Alba", "Bruno", "Clara", "Diego", "Eva", "Félix", "Gala", "Héctor", "Inés",
)  # fmt: skip
_SURNAMES = (
    "García", "Fernández", "González", "Rodríguez", "López", "Martínez", "Sánchez", "Pérez",
    "Gómez", "Martín", "Jiménez", "Hernández", "Ruiz", "Díaz", "Moreno", "Muñoz", "Álvarez",
    "Romero", "Gutiérrez", "Alonso", "Navarro", "Torres", "Domínguez", "Ramos", "Vázquez",
    "Gil", "Serrano", "Morales", "Molina", "Suárez", "Castro", "Ortega", "Delgado", "Marín",
    "Rubio", "Núñez", "Iglesias", "Medina", "Garrido", "Cortés", "Castillo", "Santos", "Lozano",
    "Guerrero", "Cano", "Prieto", "Méndez", "Cruz", "Gallego", "Vidal", "Herrera", "Peña",
    "Flores", "Cabrera", "Campos", "Vega", "Fuentes", "Carrasco", "Diez", "Reyes", "Caballero",
    "Nieto", "Aguilar", "Pascual", "Santana", "Herrero", "Lorenzo", "Hidalgo", "Montero",
    "Ibáñez", "Giménez", "Ferrer", "Durán", "Vicente", "Benítez", "Mora", "Arias", "Vargas",
    "Carmona", "Crespo",
)  # fmt: skip
_STREETS = ("Calle Mayor", "Avenida del Puerto", "Plaza Nueva", "Camino Real", "Rúa do Sol")
_REGIONS = ("Madrid", "Andalucía", "Catalunya", "Galicia", "Aragón", "Murcia", "Asturias")
_DOMAINS = ("gmail.com", "gmail.com", "shop.example", "mail.example", "outlook.com")


@frozen(kw_only=True)
class _Soul:
    """One invented person."""

    given: str
    surnames: str
    mail: str
    phone: str
    address: str
    region: str
    birthday: date


@frozen(kw_only=True, slots=False)
class SyntheticRecords:
    """Customer records with known doubles; the same seed gives the same records.

    Attributes:
        seed: Any whole number.
        people: How many invented people there are; the records are about 12 % more.
    """

    seed: int = 1
    people: int = field(default=1000, validator=whole(1))

    @cached_property
    def _made(self) -> tuple[tuple[int, Customer], ...]:
        """Every record with the number of its person, in no telling order."""
        setting = Setting(seed=self.seed, start=date(2026, 1, 1), days=1, currency="EUR")
        made = []
        for number, soul in enumerate(self._souls(setting)):
            draw = setting.draw("records", number)
            copies = draw.choices((1, 2, 3), (90, 8, 2))[0]
            made += [(number, copy, soul, setting.draw(number, copy)) for copy in range(copies)]
        setting.draw("order").shuffle(made)
        return tuple(
            (number, _record(f"c-{place:06d}", soul, draw, again=copy > 0))
            for place, (number, copy, soul, draw) in enumerate(made)
        )

    def records(self) -> list[Customer]:
        """Return the records, by id."""
        return [record for _, record in self._made]

    def true_pairs(self) -> frozenset[tuple[str, str]]:
        """Return every two ids that are one person's, the smaller first."""
        theirs: dict[int, list[str]] = defaultdict(list)
        for number, record in self._made:
            theirs[number].append(record.id)
        return frozenset(pair for ids in theirs.values() for pair in combinations(sorted(ids), 2))

    def _souls(self, setting: Setting) -> list[_Soul]:
        souls: list[_Soul] = []
        house = 0
        while len(souls) < self.people:
            draw = setting.draw("household", house)
            size = draw.choices((1, 2, 3, 4), (70, 16, 9, 5))[0]
            souls += _household(draw, house, size)
            house += 1
        return souls[: self.people]


def _household(draw: Random, house: int, size: int) -> list[_Soul]:
    surnames = f"{draw.choice(_SURNAMES)} {draw.choice(_SURNAMES)}"
    address = f"{draw.choice(_STREETS)} {draw.randint(1, 400)}, {draw.randint(1, 9)}º, {house % 97}"
    phone, region = _phone(draw), draw.choice(_REGIONS)
    shared_phone, shared_mail = draw.random() < 0.5, draw.random() < 0.15
    home_mail = _mail(draw, "casa", surnames)
    name = draw.choice(_GIVEN)
    souls = []
    for place in range(size):
        named_alike = place == 0 or draw.random() < 0.03
        given = name if named_alike else draw.choice([one for one in _GIVEN if one != name])
        souls.append(
            _Soul(
                given=given,
                surnames=surnames,
                mail=home_mail if shared_mail else _mail(draw, given, surnames),
                phone=phone if shared_phone else _phone(draw),
                address=address,
                region=region,
                birthday=date(1945, 1, 1) + timedelta(days=draw.randrange(22_000)),
            )
        )
    return souls


def _phone(draw: Random) -> str:
    return f"+346{draw.randrange(10**8):08d}"


def _mail(draw: Random, given: str, surnames: str) -> str:
    local = f"{_plain(given)}.{_plain(surnames.split(maxsplit=1)[0])}{draw.randrange(10_000)}"
    return f"{local}@{draw.choice(_DOMAINS)}".lower()


def _plain(text: str) -> str:
    """A text without accents, as hurried people and old systems write it."""
    return "".join(one for one in normalize("NFD", text) if not combining(one))


def _record(id_: str, soul: _Soul, draw: Random, *, again: bool) -> Customer:
    """What one visit to the shop left of a person; later ones differ in the ways of the world."""
    mail, phone = _mail_given(soul, draw, again=again), _phone_given(soul, draw, again=again)
    address, region = _place_given(soul, draw, again=again)
    verified = draw.random() < 0.5
    given: list[tuple[Any, str | None]] = [
        (IdentifierKind.EMAIL, mail),
        (IdentifierKind.PHONE, phone),
    ]
    return Customer(
        id=id_,
        name=_name_given(soul, draw, again=again),
        birthday=_birthday_given(soul, draw, again=again),
        identifiers=[
            Identifier(kind=kind, value=value, verified=verified) for kind, value in given if value
        ],
        contact_points=[ContactPoint(medium="post", value=address)] if address else [],
        region=region,
    )


def _mail_given(soul: _Soul, draw: Random, *, again: bool) -> str | None:
    luck = draw.random()
    if luck < 0.1:
        return None
    if not again or luck < 0.5:
        return soul.mail
    if luck < 0.6 and soul.mail.endswith("@gmail.com"):
        return soul.mail.replace(".", "", 1).replace("@", "+lamps@")
    return _mail(draw, soul.given, soul.surnames)


def _phone_given(soul: _Soul, draw: Random, *, again: bool) -> str | None:
    luck = draw.random()
    if luck < 0.35:
        return None
    if not again or luck < 0.7:
        return soul.phone
    return soul.phone.removeprefix("+34") if luck < 0.8 else _phone(draw)


def _name_given(soul: _Soul, draw: Random, *, again: bool) -> str | None:
    name, luck = f"{soul.given} {soul.surnames}", draw.random()
    if luck < 0.03:
        return None
    if not again or luck < 0.55:
        return name
    if luck < 0.7:
        return _plain(name).upper()
    if luck < 0.8:
        return f"{soul.surnames}, {soul.given}"
    return (
        _slipped(name, draw) if luck < 0.9 else f"{soul.given} {soul.surnames.split(maxsplit=1)[0]}"
    )


def _slipped(name: str, draw: Random) -> str:
    """A name in which two neighbours changed places, or one letter is missing."""
    at = draw.randrange(1, len(name) - 2)
    swapped = draw.random() < 0.5
    return name[:at] + (name[at + 1] + name[at] + name[at + 2 :] if swapped else name[at + 1 :])


def _birthday_given(soul: _Soul, draw: Random, *, again: bool) -> date | None:
    luck, day = draw.random(), soul.birthday
    if luck < 0.45:
        return None
    if again and luck < 0.47 and day.day <= 12:
        return day.replace(month=day.day, day=day.month)
    if again and luck < 0.5:
        return day.replace(year=day.year + 1, day=min(day.day, 28))
    return day + timedelta(days=draw.randrange(20_000)) if luck > 0.99 else day


def _place_given(soul: _Soul, draw: Random, *, again: bool) -> tuple[str | None, str | None]:
    luck = draw.random()
    if again and luck < 0.2:
        return f"{draw.choice(_STREETS)} {draw.randint(1, 999)}, 1", draw.choice(_REGIONS)
    if luck < 0.5:
        return None, soul.region if luck > 0.3 else None
    return soul.address if not again or luck < 0.8 else soul.address.upper(), soul.region
