"""Duplicates: found with known precision and recall, each pair once, never in endless time."""

from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.customer import ContactPoint, Customer, Identifier, guest_id
from crmkit.domain.duplicates import LEAST, MOST, find_duplicates, jaro_winkler
from crmkit.domain.duplicates.names import SIMILAR, level_of_names, similar, words_of
from crmkit.domain.duplicates.people import mailbox
from crmkit.domain.duplicates.weights import LEVELS
from crmkit.domain.errors import InvalidValueError
from crmkit.synthetic.duplicates import SyntheticRecords
from crmkit.testing.strategies import customers


def person(id_, name="Ana Pérez López", mail=None, phone=None, *, verified=False, **fields):
    given_ = [("email", mail), ("phone", phone)]
    named = [Identifier(kind=kind, value=one, verified=verified) for kind, one in given_ if one]
    return Customer(id=id_, name=name, identifiers=named, **fields)


def pairs(records, **options):
    return [(one.a, one.b) for one in find_duplicates(records, **options)]


def reasons(records, **options):
    (found,) = find_duplicates(records, **{"least": 1e-9, **options})
    return {one.text for one in found.reasons}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("martha", "marhta", 0.961),
        ("dwayne", "duane", 0.840),
        ("dixon", "dicksonx", 0.813),
        ("jones", "johnson", 0.832),
        ("massey", "massie", 0.933),
        ("abroms", "abrams", 0.922),
        ("", "a", 0.0),
        ("same", "same", 1.0),
    ],
)
def test_words_are_as_alike_as_winkler_published(one, other, expected):
    """Winkler (1990), table of string comparators (Jaro-Winkler, prefix weight 0.1)."""
    assert jaro_winkler(one, other) == pytest.approx(expected, abs=5e-4)


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_the_quick_bound_hides_no_similar_words(one, other):
    by_hand = one == other or (
        min(len(one), len(other)) >= 4 and jaro_winkler(one, other) >= SIMILAR
    )
    assert similar(one, other) is by_hand
    assert jaro_winkler(one, other) == pytest.approx(jaro_winkler(other, one), abs=0.1)
    assert 0 <= jaro_winkler(one, other) <= 1


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Ana Pérez", "PEREZ, ana", "same name"),
        ("ＡＮＡ Pérez", "Ana Perez", "same name"),
        ("Łukasz Ødegård", "lukasz odegard", "same name"),
        ("Anne-Marie O’Neill", "annemarie oneill", "same name"),
        ("王小明", "王小明", "same name"),
        ("Ana", "ana", "same single name"),
        ("Ana Pérez", "Ana Pérez López", "same name, a part left out"),
        ("Ana Martínez", "Ana Martines", "similar name"),
        ("Ana Pérez", "Ada Pérez", "other name"),
        ("Ana", "Ana Pérez", "other name"),
    ],
)
def test_names_are_compared_by_their_words(one, other, level):
    assert level_of_names(words_of(one), words_of(other)) == level
    assert level_of_names(words_of(other), words_of(one)) == level


@pytest.mark.parametrize(
    ("mail", "box"),
    [
        ("a.n.a+x@gmail.com", "ana@gmail.com"),
        ("ana@googlemail.com", "ana@gmail.com"),
        ("a.n.a+x@outlook.com", "a.n.a@outlook.com"),
        ("a.n.a+x@shop.example", "a.n.a+x@shop.example"),
        ("+x@gmail.com", "+x@gmail.com"),
    ],
)
def test_mailboxes_are_told_only_where_the_provider_says_so(mail, box):
    assert mailbox(mail) == box


def test_nobody_and_one_have_no_duplicates():
    assert pairs([]) == pairs([person("a")]) == []
    assert find_duplicates([]).left_out == ()


def test_the_way_things_agree_is_said_and_never_what_they_are():
    day = date(1990, 5, 4)
    home = [ContactPoint(medium="post", value="Calle Mayor 1")]
    records = [
        person("a", mail="an.a@gmail.com", phone="+34600111222", birthday=day, contact_points=home),
        person("b", mail="ana+x@gmail.com", phone="600111222", birthday=date(1990, 4, 5)),
    ]
    found = next(iter(find_duplicates(records)))
    assert {one.text for one in found.reasons} == {
        "same mailbox, written otherwise",
        "same phone",
        "same name",
        "birthday, day and month swapped",
    }
    shown = str(found) + repr(found) + str(found.explain()) + repr(find_duplicates(records))
    assert not any(word in shown for word in ("gmail", "600111222", "Ana", "ana+x", "1990"))
    assert found.weight == pytest.approx(sum(one.weight for one in found.reasons))


def test_platform_ids_are_one_only_on_the_same_platform():
    def on(source, id_):
        known = (Identifier(kind="platform", value="17", source=source),)
        return Customer(id=id_, name="Ana Gil", identifiers=known)

    assert "same platform id" in reasons([on("web", "a"), on("web", "b")])
    assert "same platform id" not in reasons([on("web", "a"), on("till", "b")])


def test_other_birthdays_speak_against_and_a_slip_does_not():
    def born(day):
        records = [
            person("a", mail="x@shop.example", birthday=date(1990, 5, 4)),
            person("b", mail="x@shop.example", birthday=day),
        ]
        return next(iter(find_duplicates(records, least=1e-9))).probability

    same, slip, other = map(born, (date(1990, 5, 4), date(1991, 5, 4), date(1972, 11, 23)))
    assert same > slip > LEAST > other


def test_a_family_that_shares_everything_but_birthdays_is_not_one_person():
    shared = {"mail": "casa@shop.example", "phone": "+34600111222", "region": "Madrid"}
    family = [
        person("ana", "Ana Pérez Gil", birthday=date(1980, 1, 2), **shared),
        person("luis", "Luis Pérez Gil", birthday=date(1978, 7, 9), **shared),
        person("eva", "Eva Pérez Gil", **shared),
    ]
    assert pairs(family) == []


def test_a_value_that_everybody_has_says_nothing():
    crowd = [person(f"p{n:03}", f"Name{n} Other{n}", phone="+34000000000") for n in range(90)]
    assert pairs(crowd) == []


def test_merged_customers_are_one_and_compared_as_one():
    mail = "ana@shop.example"
    records = [
        person("a", mail=mail),
        person("b", None, phone="+34600111222"),
        person("c", mail=mail, phone="+34600111222"),
    ]
    assert pairs([*records[:2], person("b2", mail=mail)], ends={"b2": "a"}) == []
    assert pairs(records, ends={"b": "a"}) == [("a", "c")]
    assert {"same e-mail", "same phone"} <= reasons(records, ends={"b": "a"})


def test_an_organisation_and_its_people_are_no_pair():
    firm = evolve(person("firm", mail="x@shop.example"), kind="intermediary", people=("ann",))
    assert pairs([firm, person("ann", mail="x@shop.example")], least=1e-9) == []
    assert "a person and a firm" in reasons([firm, person("bob", mail="x@shop.example")])


def test_guests_are_shown_as_such():
    guest = Customer(
        id=guest_id("web", "o1"),
        kind="guest",
        name="Ana Gil",
        identifiers=(Identifier(kind="email", value="x@shop.example"),),
    )
    (found,) = find_duplicates([person("ann", "Ana Gil", mail="x@shop.example"), guest])
    assert found.guests == (guest.id,)
    assert "only on evidence" in str(found)


@pytest.mark.parametrize(("options", "field"), [
    ({"least": 0}, "least"), ({"least": 1.1}, "least"), ({"least": float("nan")}, "least"),
    ({"most": 1}, "most"),
])  # fmt: skip
def test_settings_out_of_range_are_refused(options, field):
    with pytest.raises(InvalidValueError) as caught:
        find_duplicates([], **options)
    assert caught.value.field == field


def test_ten_thousand_of_one_name_are_left_out_and_that_is_said():
    crowd = [
        person(f"p{n:05}", "José García", mail=f"j{n}@shop.example", region="Madrid")
        for n in range(10_000)
    ]
    twins = [person("x1", mail="x@shop.example"), person("x2", mail="x@shop.example")]
    search = find_duplicates([*crowd, *twins])
    assert search.compared < 10
    assert [(one.a, one.b) for one in search] == [("x1", "x2")]
    named = next(one for one in search.left_out if one.kind == "name")
    assert (named.blocks, named.people, named.pairs) == (1, 10_000, 10_000 * 9_999 // 2)
    assert "10,000 people share 1 values of name" in str(search)


def test_two_of_a_common_name_are_found_by_what_is_rarer():
    crowd = [person(f"p{n:03}", "José García", mail=f"j{n}@shop.example") for n in range(MOST + 1)]
    again = person("q", "José García", mail="j7@shop.example")
    assert pairs([*crowd, again]) == [("p007", "q")]


@given(st.lists(customers(), max_size=6, unique_by=lambda one: one.id), st.randoms())
def test_any_records_are_compared_each_pair_once_in_any_order(records, chance):
    found = pairs(records, least=1e-12)
    assert all(a < b for a, b in found)
    assert len(set(found)) == len(found)
    mixed = list(records)
    chance.shuffle(mixed)
    assert pairs(mixed, least=1e-12) == found


def test_a_search_can_be_read_twice():
    search = find_duplicates(SyntheticRecords(seed=3, people=60).records())
    assert list(search) == list(search)


def test_invented_records_are_the_same_for_a_seed_and_have_doubles():
    one, again = SyntheticRecords(seed=4, people=300), SyntheticRecords(seed=4, people=300)
    assert one.records() == again.records()
    assert one.records() != SyntheticRecords(seed=5, people=300).records()
    ids = {record.id for record in one.records()}
    assert one.true_pairs()
    assert all(a < b and {a, b} <= ids for a, b in one.true_pairs())


@pytest.mark.parametrize("seed", [11, 12])
def test_precision_and_recall_hold_on_records_whose_truth_is_known(seed):
    planted = SyntheticRecords(seed=seed, people=2500)
    shown, truth = set(pairs(planted.records())), planted.true_pairs()
    right = len(shown & truth)
    assert right / len(shown) >= 0.88
    assert right / len(truth) >= 0.6


def test_probabilities_are_as_often_right_as_they_say():
    planted = SyntheticRecords(seed=21, people=5000)
    truth = planted.true_pairs()
    sure = list(find_duplicates(planted.records(), least=0.95))
    assert sum((one.a, one.b) in truth for one in sure) / len(sure) >= 0.95


def test_every_share_of_the_table_is_one():
    for one in LEVELS.values():
        assert 0 < one.m < 1
        assert 0 < one.household < 1
        assert 0 < one.stranger <= 1
        assert one.why


def test_what_agrees_weighs_and_what_differs_weighs_against():
    for reason, level in LEVELS.items():
        if reason.startswith("same"):
            assert level.against_stranger(0.0) > 0
        if reason.startswith("other"):
            assert level.against_stranger(0.0) < 0
