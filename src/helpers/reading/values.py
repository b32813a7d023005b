"""Values as people type them → contract types. (`typed` for columns at engine scale.)"""

import ibis

ENGINE = {"string": "string", "int64": "int64", "float64": "float64", "bool": "boolean", "date": "date"}


def typed(table: ibis.Table, column: str, kind: str, *, time_zone: str, hints: dict | None = None):
    """Return `column` of `table` in contract type `kind`; null where the text is something else."""
    from helpers.timezones import to_utc

    text = table[column]
    if kind == "timestamp":
        return to_utc(text.cast("string").try_cast("timestamp"), time_zone, table)
    return text.cast("string").nullif("") if kind == "string" else text.try_cast(ENGINE[kind])
