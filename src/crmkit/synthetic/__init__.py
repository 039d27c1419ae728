"""A seeded shop with planted truth: what a log would look like if we knew the customers.

``SyntheticShop(seed=1).interactions()`` is a log of all kinds of facts, ``.planted()`` the
truth about every customer, ``.shop`` a policy that fits it. The same seed gives the same shop;
a longer log or more customers only add to it. Nothing but the standard library is used.

What is planted, where a customer base should find it again, and how nearly with the 480 days
of the default. "Mean" is over customers; errors of means are those of 2,000 customers, and
about three times as large with the default 300.

    planted                        to be found by                    expected error
    weekly_rate, leaving_chance    fitted MBG/NBD: r / alpha,        10 % of the means; whole
                                   a / (a + b)                       sent-back orders void 1 %
    mean_spend                     fitted Gamma-Gamma: p, q and      5 % of the mean, 10 % of p
                                   the mean p gamma / (q - 1)        and q; refunds take 1 %
    satisfaction                   asked: csat, ces; reviews         0.02 on the mean of those
                                                                     who answer
    answer_chance, segment         response bias: raw mean against   raw +0.08 per delivery,
                                   that weighted by tag              weighted +0.01 (of 0 to 1)
    cognitive, affective           loyalty: "loyalty" questionnaire  0.08 a customer, 0.02 mean
    intentional                    the same; nps gives recommend     0.08 a customer, 0.02 mean
    behavioural                    loyalty from orders, after a      0.2 a customer, 0.05 mean
                                   year or more
    loyalty (true, latent, ...)    typology over all four            two of three right; most
                                                                     others are near a cut
    share_of_wallet                "loyalty" questionnaire           0.1 a customer
    style                          level of the relationship         none, for ``judgeable()``
    course                         state potential, intent, beyond   none, 30 days after
                                                                     ``first_day``
    ``CAUSES``                     complaints as causes of loss:     ratio 2.1 to 3 for the one
                                   hazard ratio of leaving after     cause (no chance exceeds 1),
                                   the order complained of           0.7 to 1.3 for the others; 1.7
                                                                     to 1.9 by the lapse rule, which
                                                                     calls slow buyers lost
    resolve_chance                 cases resolved                    0.03 on the mean
    keep_chance                    promises kept                     0.03 on the mean
    late_chance, fault_chance      late orders, faulty returns       0.01 on the mean
    referred_by, joined_anyway     referral tree and value           none, where the referred
                                                                     have bought
    ``FEATURES``                   kano: pairs of instrument "kano"; none from 100 answers;
                                   penalty and reward: "features"    from ratings with 1,000
    ``campaigns()``, ``arms()``    lift of shown over held back      1.5 to 2.1 for 2; 0.8 to
                                   customers, in 14 days             1.2 for 1
    yearly_contributions           contributions a year              0.05 on the mean

Every delivered order asks one survey, so the share that answered is known; who was held back
from a campaign is not in the log, as in a real shop: ``arms()`` says it. The instruments
"kano" and "features" measure no indicator and are not among ``Shop.instruments``.
"""

from crmkit.synthetic.campaigns import CONTROL_SHARE, WINDOW_DAYS, Campaign
from crmkit.synthetic.goods import CATALOGUE, Product
from crmkit.synthetic.kano import FEATURES, Feature, KanoKind
from crmkit.synthetic.lives import CAUSES, COMPLAINT_CHANCE
from crmkit.synthetic.shop import SyntheticShop
from crmkit.synthetic.truth import (
    BUYING,
    LEAVING,
    SEGMENTS,
    SPENDING,
    Course,
    LoyaltyKind,
    Planted,
)

__all__ = [
    "BUYING",
    "CATALOGUE",
    "CAUSES",
    "COMPLAINT_CHANCE",
    "CONTROL_SHARE",
    "FEATURES",
    "LEAVING",
    "SEGMENTS",
    "SPENDING",
    "WINDOW_DAYS",
    "Campaign",
    "Course",
    "Feature",
    "KanoKind",
    "LoyaltyKind",
    "Planted",
    "Product",
    "SyntheticShop",
]
