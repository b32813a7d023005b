"""What a customer permits now: several statements about one purpose become one."""

import ibis


def current(statements, **more):
    """Return one row a customer and purpose: granted_at (the first grant), withdrawn_at, and the aggregates in `more`.

    statements: customer_id, purpose, granted_at, withdrawn_at. withdrawn_at is the last withdrawal, unless a grant came after
    it; of a grant and a withdrawal at the same moment the withdrawal counts.
    """
    found = statements.group_by("customer_id", "purpose").agg(
        granted_at=statements.granted_at.min(), withdrawn_at=statements.withdrawn_at.max(),
        _last=statements.granted_at.max(), **more,
    )
    withdrawn = found.withdrawn_at
    given_again = (found["_last"] > withdrawn).fill_null(False)
    return found.mutate(withdrawn_at=ibis.ifelse(given_again, ibis.null(withdrawn.type()), withdrawn)).drop("_last")
