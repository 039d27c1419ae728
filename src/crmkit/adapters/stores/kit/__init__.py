"""A store out of rows: all that a store promises, over a database that only keeps tables.

    schema      the tables, declared once for every database
    tables      what is asked of a database: eleven small methods over rows, and transactions
    store       ``TableStore``: the port, whatever the database
    adding      what is known, new, in conflict, erased
    deriving    flat rows and return links, kept current
    resolving   which id stands for which
    records     customer records and their identifiers
    merging     a line of the alias table, and all that is read differently because of it
    erasing     forgetting a person in every table
    outbox      events, in the transaction of what they tell
    progress    marks of loads, positions of subscribers, models

Whoever has a database of another kind writes a ``Database`` and gets a store.
"""
