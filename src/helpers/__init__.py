"""Helpers of the customer workbook: the notebooks tell, these modules compute."""

import sys

# jsonschema (of nbformat) would compile 38 grammars at every start, for addresses that no notebook holds: 1 s.
sys.modules.setdefault("rfc3987_syntax", None)
