"""Questionnaires with a column per question: each cell is an answer or a problem."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmkit import CustomerBase, Shop, read_questionnaires
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.interactions import SurveyResponse
from crmkit.domain.problems import RowProblem
from crmkit.domain.surveys import Instrument

MOOD = Instrument(
    name="mood",
    scale=(1, 5),
    words=["never", "rarely", "sometimes", "often", "always"],
    items={"joy": "positive_affect", "anger": "negative_affect", "speed": None},
)
HEADER = "customer,date,joy,anger,speed\n"


@pytest.fixture
def read(tmp_path):
    def read(text, instrument=MOOD, **options):
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        log = read_questionnaires(path, instrument=instrument, **options)
        found = list(log)
        assert log.rows == log.total_rows == log.rows_used + log.rows_refused
        assert found == list(log), "a second reading gives the same"
        return found

    return read


def values(response):
    return {one.item: one.value for one in response.answers}


def test_a_row_is_a_response_with_steps_and_wordings(read):
    first, second = read(HEADER + "c1,2026-01-02,often,2,NA\nc2,2026-01-03,5.0, Rarely ,\n")
    assert values(first) == {"joy": 4, "anger": 2, "speed": None}
    assert values(second) == {"joy": 5, "anger": 2, "speed": None}
    assert (first.instrument, first.customer_id, first.source) == ("mood", "c1", "survey")
    assert first.at == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_cell_that_is_no_answer_is_a_problem_and_the_rest_is_kept(read):
    response, bad = read(HEADER + "c1,2026-01-02,often,9,3\n")
    assert values(response) == {"joy": 4, "speed": 3}
    assert (bad.row, bad.field, bad.value) == (1, "anger", "9")
    assert bad.reason == (
        "must be a whole step of the scale 1 to 5, or one of 'never', 'rarely', 'sometimes', "
        "'often', 'always'"
    )


def test_a_row_of_nobody_or_of_no_time_is_a_problem(read):
    nobody, never = read(HEADER + ",2026-01-02,1,1,1\nc1,soon,1,1,1\n")
    assert (nobody.row, nobody.field) == (1, "customer")
    assert (never.row, never.field, never.value) == (2, "date", "soon")


def test_ids_are_taken_once_and_not_blank(read):
    header = "id,customer,date,joy,anger,speed\n"
    kept, twice, blank = read(
        header + "r1,c1,2026-01-02,1,1,1\nr1,c2,2026-01-02,1,1,1\n,c3,2026-01-02,1,1,1\n"
    )
    assert kept.id == "r1"
    assert (twice.field, twice.value, twice.reason) == (
        "id",
        "r1",
        "must not be that of an earlier row",
    )
    assert blank.reason == "must not be blank"


def test_equal_rows_without_ids_are_two_responses(read):
    one, two = read(HEADER + "c1,2026-01-02,1,1,1\n" * 2)
    assert one.id != two.id


def test_columns_of_other_names_and_one_moment_for_all(read):
    (one,) = read(
        "Email,Q1: joy?,Q2,where\nA@x.com,5,1,shop\n",
        items={"joy": "Q1: joy?", "anger": "Q2", "speed": ""},
        columns={"touchpoint": "where"},
        at=datetime(2026, 5, 1, 8, tzinfo=UTC),
    )
    assert values(one) == {"joy": 5, "anger": 1}
    assert (one.customer_id, one.touchpoint) == ("a@x.com", "shop")
    assert one.at == datetime(2026, 5, 1, 8, tzinfo=UTC)


def test_a_question_may_be_called_like_a_role(read):
    about = Instrument(name="own", scale=(1, 5), items={"customer": None, "time": None})
    (one,) = read("client_id,answered_at,customer,time\nc9,2026-01-02,4,2\n", instrument=about)
    assert (one.customer_id, values(one)) == ("c9", {"customer": 4, "time": 2})


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("customer,date,joy\nc,2026-01-02,1\n", {}, "has no column 'anger'"),
        ("date,joy,anger,speed\n2026-01-02,1,1,1\n", {}, "no column for customer"),
        ("customer,joy,anger,speed\nc,1,1,1\n", {}, "no column for time"),
        (HEADER + "c,2026-01-02,1,1,1\n", {"items": {"fun": "joy"}}, "must be one of joy, anger"),
        (HEADER + "c,2026-01-02,1,1,1\n", {"items": {"anger": "joy"}}, "a column of its own"),
        (HEADER + "c,2026-01-02,1,1,1\n", {"at": datetime(2026, 1, 1)}, "time zone"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(read, text, options, told):
    with pytest.raises((UnreadableLogError, InvalidValueError), match=told):
        read(text, **options)


cells = st.sampled_from(["1", "5", "0", "6", "often", "OFTEN", "NA", "", "x", "2.0", "2.5"])


@given(st.lists(st.tuples(st.sampled_from(["c1", "c2", ""]), cells, cells, cells), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_cell_is_an_answer_or_a_problem(read, rows):
    found = read(HEADER + "".join(f"{who},2026-01-02,{a},{b},{c}\n" for who, a, b, c in rows))
    answers = sum(len(one.answers) for one in found if isinstance(one, SurveyResponse))
    problems = [one for one in found if isinstance(one, RowProblem)]
    nobody = sum(one.field == "customer" for one in problems)
    assert answers + len(problems) - nobody == 3 * sum(bool(who) for who, *_ in rows)
    assert nobody == sum(not who for who, *_ in rows)


def test_a_definition_as_data_leads_from_a_file_to_loyalty(tmp_path):
    definition = {
        "name": "brand",
        "scale": [1, 7],
        "items": {"joy": "positive_affect", "anger": {"indicator": "negative_affect"}},
    }
    brand = Instrument(**definition)
    path = tmp_path / "export.csv"
    path.write_text("customer,date,joy,anger\nann,2026-03-02,7,4\n", encoding="utf-8")
    base = CustomerBase.open("memory:", shop=Shop(id="lamp", currency="EUR", instruments=[brand]))
    report = base.load(read_questionnaires(path, instrument=brand))
    assert (report.accepted, report.problems) == (1, ())
    assert base.loyalty("ann", as_of=date(2026, 3, 3)).affective.score == 0.75
