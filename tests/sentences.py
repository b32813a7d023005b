"""What the tests of sentences share."""

import re

from helpers import i18n
from helpers.i18n import text


def read(template: str, values: dict) -> str:
    """Return the sentence; a field without a value or a message without a translation fails."""
    sentence = text(template, **values)
    assert "{" not in sentence
    if i18n.language() == "zh":
        assert re.search(r"[一-鿿]", sentence), f"not translated: {template}"
    return sentence
