"""What known instruments of service quality ask about: their dimensions and items, as data.

The names are short names of what each item is about, in crmkit's own words. The sentences put to
respondents belong to the instruments' authors and are not here.

A shop that asks something else writes the same down for itself, ``{dimension: (item, …)}``, and
one with an instrument's items under other names pairs them in its own mapping:

    {"tangibles": ("q1", "q2", "q3", "q4"), "reliability": ("q5", …), …}

``SERVQUAL`` is asked twice, as expected and as perceived, usually on 1 to 7; perceptions alone
make SERVPERF. ``E_S_QUAL`` asks for perceptions alone, on 1 to 5.

Source: Parasuraman, A., Zeithaml, V. A., Berry, L. L. (1988). SERVQUAL: a multiple-item scale for
measuring consumer perceptions of service quality. Journal of Retailing 64(1), 12-40. Parasuraman,
A., Zeithaml, V. A., Malhotra, A. (2005). E-S-QUAL: a multiple-item scale for assessing electronic
service quality. Journal of Service Research 7(3), 213-233.
"""

from collections.abc import Mapping

from crmkit.domain.mapping import FrozenMapping

__all__ = ["E_S_QUAL", "SERVQUAL"]

#: Any service, 22 items in five dimensions.
SERVQUAL: Mapping[str, tuple[str, ...]] = FrozenMapping(
    {
        "tangibles": ("equipment", "premises", "look_of_staff", "printed_matter"),
        "reliability": (
            "kept_promises",
            "care_for_problems",
            "right_first_time",
            "on_time",
            "faultless_records",
        ),
        "responsiveness": ("says_when", "promptness", "readiness_to_help", "time_for_requests"),
        "assurance": ("inspires_trust", "feels_safe", "politeness", "knowledge"),
        "empathy": (
            "individual_attention",
            "convenient_hours",
            "personal_care",
            "customers_interest",
            "understands_needs",
        ),
    }
)

#: An online shop, 22 items in four dimensions.
E_S_QUAL: Mapping[str, tuple[str, ...]] = FrozenMapping(
    {
        "efficiency": (
            "easy_to_find_things",
            "easy_to_get_around",
            "quick_to_buy",
            "ordered_information",
            "fast_pages",
            "simple_to_use",
            "quick_to_enter",
            "tidy_site",
        ),
        "system availability": ("always_open", "starts_at_once", "no_crashes", "no_frozen_orders"),
        "fulfilment": (
            "delivered_when_promised",
            "soon_enough",
            "quick_delivery",
            "sends_what_was_ordered",
            "in_stock",
            "honest_offers",
            "accurate_promises",
        ),
        "privacy": ("guards_behaviour", "shares_no_personal_data", "guards_payment_data"),
    }
)
