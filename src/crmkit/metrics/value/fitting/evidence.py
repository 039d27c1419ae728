"""How many customers a model of buying should have learnt from before one leans on it."""

#: Fewer are little evidence.
FEW_CUSTOMERS, FEW_REPEATERS = 200, 50


def little_evidence(customers: float, repeaters: float) -> tuple[str, ...]:
    """Return what there is too little of, in a note; empty where there is enough.

    Args:
        customers: Customers that were learnt from.
        repeaters: Those of them who came back.
    """
    if customers >= FEW_CUSTOMERS and repeaters >= FEW_REPEATERS:
        return ()
    return (f"little evidence: {customers:,.0f} customers, {repeaters:,.0f} of them repeat buyers",)
