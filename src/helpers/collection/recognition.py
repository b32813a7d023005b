"""Which export of which system a table is, told by its header and what stands above it: never by its name or position.

An export is recognised by the labels that few other tables have (sources/*.py declare them). A vendor's own marks come first;
lists that any system may write (order lines, members, tickets …) are asked where no vendor's are found. What is left is
described by its contents (content_types.py) and put into words for a mapping by hand.
"""

import re
from dataclasses import dataclass
from functools import cache

from helpers import sources
from helpers.datasets import VENDORS
from helpers.sources.exports import Export

GENERIC = ("point_of_sale", "loyalty", "reviews", "service", "marketing", "transcripts")
CLEAR = 1.0  # marks by which an export must be ahead of the next to be called sure


@dataclass(frozen=True)
class Recognised:
    """An export, the fields that the table carries (field → header), and how sure that is: sure or likely."""

    export: Export
    found: dict[str, str]
    certainty: str

    @property
    def mapping(self) -> dict[str, dict[str, str]]:
        return self.export.mapping(self.found)


@cache
def exports() -> tuple[Export, ...]:
    """Return every declared export, vendors first."""
    names = [name for name in VENDORS if name not in GENERIC] + list(GENERIC)
    return tuple(export for name in names for export in sources.module(name).EXPORTS)


def recognise(header: tuple[str, ...], preamble: tuple[str, ...] = (),
              labels: dict[str, str] | None = None) -> Recognised | None:
    """Return what a table is, or None where no export's marks are there.

    preamble: the lines above the header. labels: header → the question behind it (SPSS).
    """
    for is_generic in (False, True):
        candidates = []
        for export in exports():
            is_another = export.never and any(re.search(export.never, label.casefold()) for label in header)
            if (export.system in GENERIC) == is_generic and not is_another:
                found = export.found(header, labels)
                score = export.score(found, preamble)
                if score:
                    candidates.append((score, len(found), export, found))
        if candidates:
            candidates.sort(key=lambda candidate: candidate[:2], reverse=True)
            score, _, export, found = candidates[0]
            ahead = score - (candidates[1][0] if len(candidates) > 1 else 0)
            return Recognised(export, found, "sure" if ahead >= CLEAR and score >= export.least + 1 else "likely")
    return None
