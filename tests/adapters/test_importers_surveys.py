"""Survey answers: rows become responses, and none is lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmkit.adapters.importers import read_surveys
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.interactions import SurveyResponse
from crmkit.domain.problems import RowProblem
from crmkit.domain.surveys import Indicator, Instrument, Scale

HEADER = "customer,instrument,item,value,low,high,time\n"


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        log = read_surveys(path, **options)
        found = list(log)
        assert log.rows == log.total_rows == log.rows_used + log.rows_refused
        assert found == list(log), "a second reading gives the same"
        return found

    return read


def test_rows_of_one_moment_are_one_response(read):
    nps, fair = read(
        HEADER
        + "c1,fair,price,2,1,5,2026-01-02 10:00\n"
        + "c1,nps,recommend,9,0,10,2026-01-02 10:00\n"
        + "c1,fair,service,NA,1,5,2026-01-02 10:00\n"
    )
    assert [(one.item, one.value, one.scale) for one in fair.answers] == [
        ("price", 2, Scale(1, 5)),
        ("service", None, Scale(1, 5)),
    ]
    assert (nps.instrument, nps.customer_id, nps.answers[0].value) == ("nps", "c1", 9)
    assert (nps.source, nps.at.isoformat()) == ("survey", "2026-01-02T10:00:00+00:00")
    assert nps.id != fair.id


def test_known_instruments_need_neither_item_nor_scale(read):
    nps, ces = read(
        "email,survey,score,date\nA@x.com,NPS,10,2026-01-02\nb@x.com,ces,7.0,2026-01-02\n"
    )
    assert (nps.customer_id, nps.instrument) == ("a@x.com", "nps")
    assert (nps.answers[0].item, nps.answers[0].scale) == ("recommend", Scale(0, 10))
    assert (ces.answers[0].item, ces.answers[0].value) == ("ease", 7)


def test_an_instrument_is_told_for_a_file_and_may_be_the_shops_own(read):
    own = Instrument(name="Smile", scale=Scale(1, 3), items={"face": Indicator.SATISFACTION})
    (one,) = read("customer,rating,date\nc1,3,2026-01-02\n", instrument="smile", instruments=[own])
    assert (one.instrument, one.answers[0].item, one.answers[0].scale) == (
        "Smile",
        "face",
        Scale(1, 3),
    )


def test_a_response_with_an_id_keeps_its_earliest_time_touchpoint_and_order(read):
    (one,) = read(
        "response_id,customer,instrument,item,value,low,high,time,touchpoint,order_id\n"
        "r1,c1,fair,a,1,1,5,2026-01-02 10:05,delivery,o1\n"
        "r1,c1,fair,b,2,1,5,2026-01-02 10:03,,\n"
    )
    assert (one.id, one.at.minute, len(one.answers)) == ("r1", 3, 2)
    assert (one.touchpoint, one.order_id) == ("delivery", "o1")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("c1,nps,recommend,11,0,10,2026-01-02", "value"),
        ("c1,nps,recommend,7.5,0,10,2026-01-02", "value"),
        ("c1,nps,recommend,good,0,10,2026-01-02", "value"),
        ("c1,nps,recommend,7,10,0,2026-01-02", "scale"),
        ("c1,nps,recommend,7,0,,2026-01-02", "high"),
        ("c1,mood,face,7,,,2026-01-02", "instrument"),
        ("c1,mood,,7,0,10,2026-01-02", "item"),
        ("c1,,recommend,7,0,10,2026-01-02", "instrument"),
        (",nps,recommend,7,0,10,2026-01-02", "customer"),
        ("c1,nps,recommend,7,0,10,yesterday", "time"),
        ("c1,nps,recommend,7", "row"),
    ],
)
def test_a_bad_answer_is_a_problem_that_says_where(read, row, field):
    (problem,) = read(HEADER + row + "\n")
    assert (type(problem), problem.row, problem.field) == (RowProblem, 1, field)


def test_an_item_answered_twice_counts_once_and_says_so(read):
    problem, one = read(HEADER + "c1,nps,,9,,,2026-01-02\nc1,nps,,9,,,2026-01-02\n")
    assert (problem.row, problem.field, problem.value) == (2, "item", "recommend")
    assert one.answers[0].value == 9


def test_a_response_of_two_customers_is_refused_whole(read):
    header = "id,customer,instrument,item,value,time\n"
    found = read(header + "r1,c1,nps,a,9,2026-01-02\nr1,c2,nps,b,9,2026-01-02\n")
    assert [one.field for one in found] == ["customer", "customer"]


def test_the_same_answers_have_the_same_ids_in_any_file(read):
    rows = "c1,nps,,9,,,2026-01-02\n"
    (early,) = read(HEADER + rows)
    assert read(HEADER + "c0,nps,,1,,,2026-01-01\n" + rows)[1] == early


def test_missing_columns_name_the_way_out(read):
    with pytest.raises(UnreadableLogError, match=r"no column for instrument.*instrument='nps'"):
        read("customer,score,date\nc1,9,2026-01-02\n")
    with pytest.raises(UnreadableLogError, match="--column customer=NAME --column time=NAME"):
        read("who,instrument,score\nc1,nps,9\n")
    with pytest.raises(InvalidValueError, match="timezone"):
        read(HEADER + "c1,nps,,9,,,2026-01-02\n", timezone="Nowhere")


CELLS = st.sampled_from(
    [
        "",
        "c1",
        "c2",
        "nps",
        "mood",
        "a",
        "b",
        "0",
        "9",
        "11",
        "NA",
        "2026-01-02",
        "2026-01-03",
        "x,y",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), min_size=1, max_size=15))
def test_every_row_is_an_answer_or_a_problem(read, rows):
    found = read(HEADER + "".join(",".join(row) + "\n" for row in rows))
    answers = sum(len(one.answers) for one in found if isinstance(one, SurveyResponse))
    problems = {one.row for one in found if isinstance(one, RowProblem)}
    assert answers + len(problems) == len(rows)
