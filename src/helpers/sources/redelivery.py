"""Daily exports that are delivered again: the later export of a day replaces the earlier one, nothing is counted twice.

Rows carry `_day`, `_same` (the key of a record) and `_file`. The parts of one export (a number of 12 digits at the end of the
name, as BigQuery writes it) belong together. Of two exports that share records of a day, the one that reaches further wins;
of two that reach equally far, the one whose name sorts later. Exports of a day that share no record are different streams.
"""

import ibis

AGAIN = "delivered again in a later export"
_PART = r"[-_.]?\d{12}(\.[A-Za-z.]+)$"


def mark_redelivered(rows):
    """Return the rows with `problem` for those of a day that a later export holds as well."""
    rows = rows.mutate(_export=rows["_file"].re_replace(_PART, r"\1"))
    days = rows.filter(rows["_day"].notnull()).group_by("_export", "_day").agg(n=ibis._.count()).to_pandas()
    shared = days["_day"][days.duplicated("_day")].unique().tolist()
    if not shared:
        return rows.drop("_export")
    reaches = days.groupby("_export")["_day"].max()
    order = {export: i for i, export in enumerate(sorted(reaches.index, key=lambda export: (reaches[export], export)))}
    records = rows.filter(rows["_day"].isin(shared)).select("_export", "_day", "_same").distinct()
    ranked = records.mutate(rank=records["_export"].cases(*order.items(), else_=-1))
    later = ranked.select(_day="_day", _same="_same", later="rank")
    both = ranked.join(later, ["_day", "_same"])
    replaced = both.filter(both.later > both.rank).select("_export", "_day").distinct().to_pandas()
    if replaced.empty:
        return rows.drop("_export")
    marks = ibis.memtable(replaced.rename(columns={"_export": "old_export", "_day": "old_day"}).assign(again=AGAIN))
    joined = rows.left_join(marks, [rows["_export"] == marks.old_export, rows["_day"] == marks.old_day])
    return joined.mutate(_problem=ibis.coalesce(joined["_problem"], joined.again)).drop("_export", "old_export", "old_day",
                                                                                        "again")
