"""Nothing is lost, doubled, mixed up or half kept: the long trials, in a reduced profile.

``CRMKIT_ENDURANCE=full`` makes them as long as they can be; ``python tests/endurance`` does
that by hand, at every place, and prints what was done.
"""

import pytest
from trials.running import apart, trials_at
from trials.sizes import chosen

PLACES = ("sqlite", "postgres")


@pytest.fixture(scope="module")
def outcomes(server_of):
    """What the trials at a place came to; they are made once, one after the other."""
    made = {}

    def of(place):
        if place not in made:
            told = apart(place, trials_at(place), chosen(), server_of(place))
            made[place] = {outcome["trial"]: outcome for outcome in told}
        return made[place]

    return of


@pytest.mark.parametrize(
    ("place", "trial"), [(place, trial) for place in PLACES for trial in trials_at(place)]
)
def test_a_trial_finds_nothing_wrong(outcomes, place, trial):
    outcome = outcomes(place)[trial]
    assert outcome["found"] == []
    assert outcome["did"], "a trial that does nothing shows nothing"
