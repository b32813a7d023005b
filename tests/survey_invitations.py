"""Invitations to a survey, answered or not, for the tests of response and of weights."""

import pandas as pd

AS_OF = pd.Timestamp("2025-12-31")


def invitations(n: int, **columns) -> pd.DataFrame:
    """Invitations of 1 June 2025, answered the next day where `answered`."""
    answered = pd.Series(columns.pop("answered", [True] * n))
    invited_at = pd.Timestamp("2025-06-01", tz="UTC")
    return pd.DataFrame({
        "invitation_id": [f"i{i:04d}" for i in range(n)], "survey": "spring", "customer_id": [f"c{i:04d}" for i in range(n)],
        "invited_at": invited_at, "channel": "e-mail",
        "answered_at": pd.Series(pd.NaT, index=range(n), dtype="datetime64[us, UTC]").mask(
            answered, invited_at + pd.Timedelta(days=1)),
        "feedback_id": pd.Series([f"f{i:04d}" for i in range(n)], dtype="object").where(answered), **columns,
    })


def known(invited: pd.DataFrame, **columns) -> pd.DataFrame:
    return invited.assign(**{"recency": "same", "frequency": "same", "value": "same", **columns})
