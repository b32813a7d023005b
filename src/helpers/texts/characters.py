"""Chinese characters: simplified ones for traditional ones (OpenCC), and how they are read (pypinyin)."""

from functools import cache


def simplify(text: str) -> str:
    """Return `text` with simplified characters for traditional ones: 張偉 → 张伟; all else stays."""
    return _converter().convert(text)


def pinyin_of(characters: str) -> str:
    """Return the usual reading without tones, closed up: 小明 → xiaoming."""
    return "".join(_reading(character) for character in characters)


@cache
def _converter():
    import opencc

    return opencc.OpenCC("t2s")


@cache
def _reading(character: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(letter for letter in lazy_pinyin(character, v_to_u=False)[0].lower() if letter.isalnum())
