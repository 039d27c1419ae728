"""Payloads that a stranger might send, each wrong in one place, and what is said of it.

A row names the kind, the place that is changed in the fullest sample of it, the JSON put
there (GONE takes the field away), the field that the error names and how its rule begins.

Loaded by path (``runpy.run_path``) where it is needed: test files are no package.
"""

import json

from crmkit.adapters import wire
from crmkit.testing._samples import SAMPLES

#: What a JSON Schema refuses as well.
WRONG_IN_SHAPE = r"""
purchase | id | 17 | id | must be text
purchase | id | "" | id | must be a text of at least one character
purchase | customer_id | null | customer_id | must be text
purchase | customer_id | GONE | customer_id | it must be given
purchase | revision | "1" | revision | must be a whole number
purchase | revision | true | revision | must be a whole number
purchase | revision | -1 | revision | must be a whole number from 0
purchase | revision | 1.5 | revision | must be a whole number
purchase | source | "Shop!" | source | must be lower-case letters, digits, dots, dashes
purchase | at | "2026-03-01T12:30:00" | at | must have a time zone
purchase | at | "yesterday" | at | must be an ISO 8601 time with an offset
purchase | at | 1767225600 | at | must be an ISO 8601 text
purchase | promised_at | "2026-03-01T12:30:00" | promised_at | must have a time zone
purchase | extra | ["x"] | extra | must be an object
purchase | lines | "cup" | lines | must be a list
purchase | lines | [] | lines | must hold at least one
purchase | lines.0 | "cup" | lines[0] | must be an object
purchase | lines.0 | [] | lines[0] | must be an object
purchase | lines.0.amount | GONE | lines[0].amount | it must be given
purchase | lines.1.amount | [4.95, "EUR"] | lines[1].amount | must be [minor units, currency]
purchase | lines.1.amount | "4.95" | lines[1].amount | must be [minor units, currency]
purchase | lines.1.amount | [true, "EUR"] | lines[1].amount | must be [minor units, currency]
purchase | lines.0.amount | [10000000000000000, "EUR"] | lines[0].amount | must be within
purchase | lines.0.amount | [5, "eur"] | lines[0].amount | must be an ISO 4217 code such as EUR
purchase | lines.0.quantity | 2.5 | lines[0].quantity | must be a number written as text, such as
purchase | lines.0.quantity | "NaN" | lines[0].quantity | must be a number written as text, such
purchase | lines.0.quantity | "1E+999999999" | lines[0].quantity | must be a number written as
purchase | lines.2.nature | "bribe" | lines[2].nature | must be one of goods, shipping, discount,
purchase | lines.1.price | "4" | lines[1].price | no such field is known
purchase | colour | "red" | colour | no such field is known
return | reason | "broken" | reason | must be one of defect, not_as_described, wrong_item, late,
return | reason | ["defect"] | reason | must be one of defect, not_as_described, wrong_item, late,
return | note | 5 | note | must be text
return | order_id | "" | order_id | must be a text of at least one character
delivered | order_id | GONE | order_id | it must be given
delivered | order_id | null | order_id | must be text
delivered | at | null | at | must be an ISO 8601 text
visit | action | "slept" | action | must be one of came, viewed, searched, wished, carted, quoted
visit | product_ids | "cup" | product_ids | must be a list
visit | product_ids | ["cup", 3] | product_ids[1] | must be text
visit | lasted_seconds | -1 | lasted_seconds | must be a whole number from 0
visit | lasted_seconds | true | lasted_seconds | must be a whole number
contact | direction | "sideways" | direction | must be one of inbound, outbound
contact | direction | GONE | direction | it must be given
contact | purpose | null | purpose | must be one of answer, follow_up, care, advice, promotion,
contact | waited_seconds | "5" | waited_seconds | must be a whole number
contact | answered | "yes" | answered | must be true or false
contact | answered | 1 | answered | must be true or false
contact | case_id | "" | case_id | must be a text of at least one character
case_opened | severity | 6 | severity | must be a whole number from 1 to 5
case_opened | severity | 0 | severity | must be a whole number from 1 to 5
case_opened | severity | true | severity | must be a whole number
case_opened | due | "2026-03-01" | due | must have a time zone
case_opened | about | "gift" | about | must be one of question, complaint, return, repair
case_closed | resolved | null | resolved | must be true or false
case_closed | resolved | 0 | resolved | must be true or false
case_closed | case_id | GONE | case_id | it must be given
survey_response | answers | [] | answers | must hold at least one
survey_response | answers | {} | answers | must be a list
survey_response | answers.1.scale.low | "1" | answers[1].scale.low | must be a whole number
survey_response | answers.1.scale.low | true | answers[1].scale.low | must be a whole number
survey_response | answers.1.scale.width | 9 | answers[1].scale.width | no such field is known
survey_response | answers.1.scale | [-3, 3] | answers[1].scale | must be an object
survey_response | answers.1.value | 1.5 | answers[1].value | must be a whole number
survey_response | answers.1.value | GONE | answers[1].value | it must be given
survey_response | instrument | "" | instrument | must be a text of at least one character
review | stars | "5" | stars | must be a whole number
review | scale | null | scale | must be an object
review | scale.high | GONE | scale.high | it must be given
review | title | ["x"] | title | must be text
referral | referred_id | GONE | referred_id | it must be given
referral | joined_anyway | "no" | joined_anyway | must be true or false
referral | reward | [1] | reward | must be [minor units, currency]
contribution | what | "money" | what | must be one of idea, answer, test, defect_report, reference
contribution | quality | 0.5 | quality | must be a number written as text, such as '2.50'
contribution | credit | "two" | credit | must be a number written as text, such as '2.50'
contribution | worth | 5 | worth | must be [minor units, currency]
offer_shown | offer_id | 7 | offer_id | must be text
offer_shown | accepted | true | accepted | no such field is known
offer_answered | accepted | GONE | accepted | it must be given
offer_answered | accepted | "true" | accepted | must be true or false
consent_changed | medium | "E-Mail" | medium | must be lower-case letters, digits, underscores
consent_changed | granted | 1 | granted | must be true or false
consent_changed | evidence | {} | evidence | must be text
cost_incurred | activity | "" | activity | must be lower-case letters, digits, underscores
cost_incurred | amount | null | amount | must be [minor units, currency]
cost_incurred | amount | ["1", "EUR"] | amount | must be [minor units, currency]
cost_incurred | amount | [1, "EUR", 2] | amount | must be [minor units, currency]
promise_made | risk | "mortal" | risk | must be one of economic, functional, social, psychological
promise_made | what | null | what | must be text
promise_made | due | "soon" | due | must be an ISO 8601 time with an offset
promise_made | promise_id | 3 | promise_id | must be text
promise_settled | kept | GONE | kept | it must be given
promise_settled | kept | null | kept | must be true or false
promise_settled | remedy | {"minor": 1} | remedy | must be [minor units, currency]
visit | kind | "gift" | kind | must be one of case_closed, case_opened, consent_changed,
visit | kind | ["visit"] | kind | must be one of case_closed, case_opened, consent_changed,
visit | kind | GONE | kind | must be one of case_closed, case_opened, consent_changed,
visit | schema | 3 | schema | this crmkit reads 1 to 2
visit | schema | 0 | schema | this crmkit reads 1 to 2
visit | schema | GONE | schema | this crmkit reads 1 to 2
visit | schema | true | schema | this crmkit reads 1 to 2
visit | schema | "2" | schema | this crmkit reads 1 to 2
"""

#: What a JSON Schema has no word for: rules across fields, and what converters check.
WRONG_IN_MEANING = r"""
purchase | id | "\ud800" | id | must be text that UTF-8 can hold
purchase | at | "0001-01-01T00:00:00+14:00" | at | must lie within the years 1 to 9999 in UTC
purchase | extra.a | NaN | extra.a | must be JSON-ready
purchase | extra.a | {"b": [1, {"c": Infinity}]} | extra.a.b[1].c | must be JSON-ready
purchase | lines.0.amount | [-1, "EUR"] | lines[0].amount | goods cost 0 or more
purchase | lines.0.amount | [5, "USD"] | lines[0].currency | must be USD
purchase | lines.0.quantity | "-1" | lines[0].quantity | must be 0 or more, with at most three
purchase | lines.0.quantity | "0.0001" | lines[0].quantity | must be 0 or more, with at most three
purchase | discount | [-5, "EUR"] | discount | must be 0 or more
purchase | discount | [1000000000, "EUR"] | discount | must not exceed the goods
purchase | shipping | [5, "USD"] | currency | must be EUR
return | refund | [-1, "EUR"] | refund | must be 0 or more
return | lines.0.cost | [1, "USD"] | lines[0].currency | must be EUR
contact | waited_seconds | 2.0 | waited_seconds | must be a whole number
case_opened | due | "2026-13-01T00:00:00Z" | due | must be an ISO 8601 time with an offset
survey_response | answers.1.scale.low | 9 | answers[1].scale | must rise by at least one step
survey_response | answers.1.value | 99 | answers[1].value | must be a whole step of the scale -3
survey_response | answers.1.item | "satisfaction" | answers | must answer each item once
review | stars | 5 | stars | must be a whole step of the scale 0 to 4
referral | referred_id | "ann" | referred_id | must be somebody else
contribution | quality | "1.5" | quality | must be from 0 to 1
offer_shown | offer_id | GONE | offer_id | must name the offer
offer_answered | offer_id | null | offer_id | must name the offer
consent_changed | purpose | "spam" | purpose | must be one of any, answer, follow_up, care,
cost_incurred | amount | [-1, "EUR"] | amount | must be 0 or more
visit | schema | 2.0 | schema | this crmkit reads 1 to 2
"""


def rows(table):
    """The cells of each row."""
    return [tuple(row.split(" | ")) for row in table.strip().splitlines()]


def fullest(kind):
    """The longest sample of a kind, as plain data of its own."""
    return json.loads(max((wire.to_json(one) for one in SAMPLES if one.kind == kind), key=len))


def changed(kind, path, text):
    """That sample with one place changed; ``path`` is written with dots."""
    body = fullest(kind)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = body
    for step in way:
        place = place[step]
    if text == "GONE":
        del place[last]
    else:
        place[last] = json.loads(text)
    return body
