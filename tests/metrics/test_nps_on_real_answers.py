"""NPS of a real survey: 7,015 customers of a French garden-centre chain."""

import csv
import gzip

import pytest

from crmkit.metrics.satisfaction import nps


def test_the_garden_centres_have_the_nps_counted_by_hand(data):
    with gzip.open(data("nps_botanic/nps_odd_ids.csv.gz"), "rt", encoding="utf-8") as file:
        answers = [row["nps"] for row in csv.DictReader(file)]
    result = nps(None if answer == "NA" else int(answer) for answer in answers)
    assert len(answers) == 7015
    assert result.n == 6830
    assert result.value == pytest.approx(100 * (4216 - 581) / 6830)
    figures = tuple(round(figure, 2) for figure in (result.value, result.low, result.high))
    assert figures == (53.22, 51.66, 54.73)
    assert result.notes == ("185 missing left out",)
