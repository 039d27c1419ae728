"""The catalogue of internal customers and the service-profit chain."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["STAFF"]

_STEPS = "steps of the scale"
_RATES = "crmkit.metrics.employee_retention"
_GAP = "crmkit.metrics.promise_gap"
_CHAIN = "crmkit.metrics.service_profit_chain"
_IDS = "who was there, who was hired and who left; five people or more"
_COUNTING = "counting; interval: Wilson (1927)"
_PROMISES = "by item, how much five staff or more were promised and how much they were given"
_GAP_SOURCE = "Parasuraman, Zeithaml & Berry (1988); of staff: Robinson & Rousseau (1994)"
_PAIRS = "three pairs of figures or more; four for an interval"
_LINK = "figures of units, three or more complete; four for an interval"
_HESKETT = "Heskett et al. (1994)"


def _gap(kind: str, formula: str, attribute: str) -> Metric:
    return Metric(
        name=f"promise_gap_{kind}",
        unit=_STEPS,
        better="higher",
        needs=_PROMISES,
        formula=f"{formula}; t interval",
        source=_GAP_SOURCE,
        function=_GAP,
        attribute=attribute,
    )


_RETENTION: tuple[Entry, ...] = (
    Composite(
        name="employee_rates",
        holds=("employee_retention", "employee_leaving_rate", "employee_turnover", "hiring_rate"),
        needs=_IDS,
        formula="as customer_kpis, of staff",
        source=_COUNTING,
        function=_RATES,
    ),
    Metric(
        name="employee_retention",
        unit="of the opening base",
        low=0,
        high=1,
        better="higher",
        needs=_IDS,
        formula="opening staff still there at the end ÷ opening staff; Wilson interval",
        source=_COUNTING,
        function=_RATES,
        attribute="retention",
    ),
    Metric(
        name="employee_leaving_rate",
        unit="of the opening base",
        low=0,
        high=1,
        better="lower",
        needs=_IDS,
        formula="opening staff who left ÷ opening staff; Wilson interval",
        source=_COUNTING,
        function=_RATES,
        attribute="leaving_rate",
    ),
    Metric(
        name="employee_turnover",
        unit="of the average base",
        low=0,
        better="lower",
        needs=_IDS,
        formula="all who left ÷ ((opening + closing) ÷ 2); score interval of a count; may exceed 1",
        source="practice; score interval",
        function=_RATES,
        attribute="turnover",
    ),
    Metric(
        name="hiring_rate",
        unit="of the opening base",
        low=0,
        better="neither",
        needs=_IDS,
        formula="hired ÷ opening staff; score interval of a count; may exceed 1",
        source="practice; score interval",
        function=_RATES,
        attribute="hiring_rate",
    ),
)

_PROMISE_GAP: tuple[Entry, ...] = (
    Composite(
        name="promise_gap",
        holds=tuple(f"promise_gap_{one}" for one in ("dimension", "overall", "weighted", "item")),
        needs=_PROMISES,
        formula="delivered less promised, by item and dimension: service_gap with promised in the "
        "place of expected",
        source=_GAP_SOURCE,
        function=_GAP,
    ),
    _gap("dimension", "mean of each person's mean of delivered less promised", "dimensions"),
    _gap("overall", "mean over the dimensions, of people who have all", "overall"),
    _gap("weighted", "mean over the dimensions by importance, of people who have all", "weighted"),
    _gap("item", "mean of delivered less promised", "items"),
)

_LINKS: tuple[Entry, ...] = (
    Composite(
        name="service_profit_chain",
        holds=("chain_link", "serial_effect"),
        needs="figures of units, as of stores by month, two or more of each; with a lag unit and "
        "period of each row",
        formula="a link between each figure and the next, of complete pairs; Πb over the links; "
        "rows of fewer than five people withheld",
        source=_HESKETT,
        function=_CHAIN,
    ),
    Composite(
        name="chain_link",
        holds=("pearson", "spearman", "chain_slope"),
        needs=_LINK,
        formula="how a figure and the next one go together over units",
        source=_HESKETT,
        function=_CHAIN,
        attribute="links",
    ),
    Metric(
        name="chain_slope",
        unit="per unit",
        better="neither",
        needs=_LINK,
        formula="b of later = a + b earlier by least squares; HC3 errors, t interval",
        source=f"{_HESKETT}; errors: MacKinnon & White (1985)",
        function=_CHAIN,
        attribute="links",
    ),
    Metric(
        name="serial_effect",
        unit="per unit",
        better="neither",
        needs="the slope of each link, and its standard error for an interval",
        formula="Πb over the links; percentiles of products of normal draws (b, se); for "
        "reference Sobel's √Σ (s_i Π_{j≠i} b_j)²",
        source="MacKinnon, Lockwood & Williams (2004); Sobel (1982)",
        function="crmkit.metrics.serial_effect",
        attribute="effect",
    ),
    Metric(
        name="pearson",
        unit="r",
        low=-1,
        high=1,
        better="neither",
        needs=_PAIRS,
        formula="Σ (x − x̄)(y − ȳ) ÷ √(Σ (x − x̄)² Σ (y − ȳ)²); tanh(atanh r ± z ÷ √(n − 3))",
        source="Fisher (1921)",
        function="crmkit.metrics.pearson",
    ),
    Metric(
        name="spearman",
        unit="ρ",
        low=-1,
        high=1,
        better="neither",
        needs=_PAIRS,
        formula="r of the ranks; tanh(atanh ρ ± z √(1 + ρ²/2) ÷ √(n − 3))",
        source="Spearman (1904); interval: Bonett & Wright (2000)",
        function="crmkit.metrics.spearman",
    ),
)

STAFF: tuple[Entry, ...] = (
    Metric(
        name="employee_nps",
        unit="points",
        low=-100,
        high=100,
        better="higher",
        needs='answers of five staff or more to "how likely are you to recommend us as an '
        'employer?", 0 to 10',
        formula="as nps, of staff",
        source="Reichheld (2003); interval: Rocks (2016)",
        function="crmkit.metrics.employee_nps",
    ),
    *_RETENTION,
    Metric(
        name="employee_lifetime_value",
        unit="money",
        better="higher",
        needs="what a person's work brings and costs per period, retention or survival, and what "
        "hiring and training cost",
        formula="Σ_t S(t) (productivity − compensation) ÷ (1 + d)^t − hiring − training",
        source="Berger & Nasr (1998); of staff: Cascio & Boudreau (2011)",
        function="crmkit.metrics.employee_lifetime_value",
        attribute="value",
    ),
    *_PROMISE_GAP,
    Composite(
        name="by_group",
        holds=("employee_nps", "nps", "csat"),
        needs="the answers of staff by group, one per person",
        formula="any figure of the answers of each group, as those; withheld of fewer than five "
        "people, and of more groups where the total would tell of them",
        source="Hundepool et al. (2012)",
        function="crmkit.metrics.by_group",
    ),
    *_LINKS,
)
