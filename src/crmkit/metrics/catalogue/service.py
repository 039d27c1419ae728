"""The catalogue of service quality: what was expected against what was found."""

from crmkit.metrics.catalogue.metric import WORD, Composite, Entry, Metric

__all__ = ["SERVICE"]

_STEPS = "steps of the scale"
_PER_STEP = "steps of satisfaction per step"
_ACSI = "Fornell et al. (1996)"
_OLIVER = "Oliver (1980)"
_SERVQUAL = "Parasuraman, Zeithaml & Berry (1988)"
_SERVPERF = "Cronin & Taylor (1992)"
_GAP = "crmkit.metrics.service_gap"
_BOTH_ASKED = "expected and perceived service by item, and the items of each dimension"
_ONE_ASKED = "perceived service by item, and the items of each dimension"
_MOST = "over respondents who answered half of the dimension or more; t interval"
_REGRESSION = "five complete answers to expectation, perceived quality and satisfaction"


def _service(kind: str, what: str, needs: str, source: str) -> tuple[Entry, ...]:
    """The entries of gaps, or of perceptions alone."""
    name, to_all = f"service_{kind}", "of respondents who have all; t interval"
    return (
        Composite(
            name=name,
            holds=tuple(f"{name}_{one}" for one in ("dimension", "overall", "weighted", "item")),
            needs=needs,
            formula=f"{what}, by item and dimension; the dimensions together, alike and by "
            "importance",
            source=source,
            function=_GAP,
        ),
        _steps(
            f"{name}_dimension",
            needs,
            f"mean of each respondent's mean of {what} over the items, {_MOST}",
            source,
            "dimensions",
        ),
        _steps(f"{name}_overall", needs, f"mean over the dimensions, {to_all}", source, "overall"),
        _steps(
            f"{name}_weighted",
            f"{needs}, and points of importance by dimension",
            f"Σ w G over the dimensions, w their part of the points, {to_all}",
            source,
            "weighted",
        ),
        _steps(
            f"{name}_item",
            needs,
            f"mean of {what}, over the respondents who answered the item; t interval",
            source,
            "items",
        ),
    )


def _steps(name: str, needs: str, formula: str, source: str, attribute: str) -> Metric:
    return Metric(
        name=name,
        unit=_STEPS,
        better="higher",
        needs=needs,
        formula=formula,
        source=source,
        function=_GAP,
        attribute=attribute,
    )


SERVICE: tuple[Entry, ...] = (
    Metric(
        name="acsi",
        unit="of 100",
        low=0,
        high=100,
        better="higher",
        needs="answers of each respondent to two questions of satisfaction or more on one scale, "
        "1 to 10 unless told",
        formula="100 Σ w (mean answer − lowest step) ÷ (highest − lowest), with weights of sum 1: "
        "equal, supplied, or the loadings of the first principal component",
        source=_ACSI,
        function="crmkit.metrics.acsi",
        attribute="score",
    ),
    Metric(
        name="acsi_item",
        unit="of 100",
        low=0,
        high=100,
        better="higher",
        needs="as acsi",
        formula="100 × (mean answer − lowest step) ÷ (highest − lowest); t interval",
        source=_ACSI,
        function="crmkit.metrics.acsi",
        attribute="items",
    ),
    Composite(
        name="disconfirmation",
        holds=(
            "disconfirmation_mean",
            "disconfirmation_negative",
            "disconfirmation_simple",
            "disconfirmation_positive",
            "satisfaction_effects",
        ),
        needs="expectation and perceived quality of each respondent on one scale",
        formula="perceived quality less expectation, and what satisfaction hangs on",
        source=_OLIVER,
        function="crmkit.metrics.disconfirmation",
    ),
    Composite(
        name="asked_disconfirmation",
        holds=(
            "disconfirmation_mean",
            "disconfirmation_negative",
            "disconfirmation_simple",
            "disconfirmation_positive",
            "satisfaction_effects",
        ),
        needs="answers from worse to better than expected",
        formula="answer less the step that says as expected, and what satisfaction hangs on",
        source=_OLIVER,
        function="crmkit.metrics.asked_disconfirmation",
    ),
    Metric(
        name="disconfirmation_mean",
        unit=_STEPS,
        better="higher",
        needs="as disconfirmation, or as asked_disconfirmation",
        formula="mean of perceived quality less expectation, or of the answer less the step "
        "that says as expected; t interval",
        source=_OLIVER,
        function="crmkit.metrics.disconfirmation",
        attribute="mean",
    ),
    Metric(
        name="disconfirmation_negative",
        unit="share",
        low=0,
        high=1,
        better="lower",
        needs="as disconfirmation_mean",
        formula="respondents with a disconfirmation below 0 (worse than expected) "
        "÷ respondents; Wilson interval",
        source=f"{_OLIVER}; interval: Wilson (1927)",
        function="crmkit.metrics.disconfirmation",
        attribute="negative",
    ),
    Metric(
        name="disconfirmation_simple",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs="as disconfirmation_mean",
        formula="respondents with a disconfirmation of 0 (as expected) "
        "÷ respondents; Wilson interval",
        source=f"{_OLIVER}; interval: Wilson (1927)",
        function="crmkit.metrics.disconfirmation",
        attribute="simple",
    ),
    Metric(
        name="disconfirmation_positive",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs="as disconfirmation_mean",
        formula="respondents with a disconfirmation above 0 (better than expected) "
        "÷ respondents; Wilson interval",
        source=f"{_OLIVER}; interval: Wilson (1927)",
        function="crmkit.metrics.disconfirmation",
        attribute="positive",
    ),
    Composite(
        name="satisfaction_effects",
        holds=(
            "satisfaction_coefficient",
            "expectation_effect",
            "quality_effect",
            "satisfaction_r_squared",
            "outweighs",
        ),
        needs=_REGRESSION,
        formula="satisfaction regressed on expectation and disconfirmation, or on the "
        "polynomial of expectation and quality",
        source=f"{_OLIVER}; polynomial: Edwards (2002)",
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    Metric(
        name="satisfaction_coefficient",
        unit=_PER_STEP,
        better="neither",
        needs=_REGRESSION,
        formula="a term of satisfaction = b0 + b1 expectation + b2 disconfirmation, "
        "by least squares; t interval",
        source=f"{_OLIVER}; polynomial: Edwards (2002)",
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    Metric(
        name="expectation_effect",
        unit=_PER_STEP,
        better="neither",
        needs=_REGRESSION,
        formula="b1 − b2: what a step of expectation brings where perceived quality stays; "
        "t interval",
        source=_OLIVER,
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    Metric(
        name="quality_effect",
        unit=_PER_STEP,
        better="neither",
        needs=_REGRESSION,
        formula="b2: what a step of perceived quality brings where expectation stays; t interval",
        source=_OLIVER,
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    Metric(
        name="satisfaction_r_squared",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs=_REGRESSION,
        formula="1 − squared residuals ÷ squared deviations of satisfaction from its mean",
        source="ordinary least squares",
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    Metric(
        name="outweighs",
        unit=WORD,
        better="neither",
        needs=_REGRESSION,
        formula="the sign of (quality effect + expectation effect) × (quality effect − "
        "expectation effect); undecided while a t interval of either holds 0",
        source="crmkit",
        function="crmkit.metrics.disconfirmation",
        attribute="effects",
    ),
    *_service("gap", "perceived less expected", _BOTH_ASKED, _SERVQUAL),
    *_service("performance", "perceived", _ONE_ASKED, _SERVPERF),
)
