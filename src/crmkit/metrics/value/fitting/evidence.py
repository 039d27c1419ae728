"""How many customers a model of buying should have learnt from before one leans on it."""

_CUSTOMERS, _REPEATERS = 200, 50


def little_evidence(customers: float, repeaters: float) -> tuple[str, ...]:
    """Return what there is too little of, in a note; empty where there is enough.

    Args:
        customers: Customers that were learnt from.
        repeaters: Those of them who came back.
    """
    if customers >= _CUSTOMERS and repeaters >= _REPEATERS:
        return ()
    return (f"little evidence: {customers:,.0f} customers, {repeaters:,.0f} of them repeat buyers",)
