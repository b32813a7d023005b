"""How many short texts a second are read for their sentiment, on one core: the shipped models beside VADER.

`python tests/bench_sentiment.py` prints the table; bench.py may call `measure`.
"""

import time

from helpers.sentiment import sentiment

N_TEXTS = 20_000
TEXTS = {
    "en": "Parcel {} arrived more than a week late, but the tea is not bad at all. Support kept me waiting.",
    "zh": "第{}单，真的生气，物流信息好几天不更新，不过东西还不错，不会再买了。",
}


def measure(n: int = N_TEXTS) -> dict[str, float]:
    """Return texts a second: en and zh with the shipped models, vader (English)."""
    found = {}
    for language, text in TEXTS.items():
        reader, texts = sentiment.shipped(language), [text.format(i) for i in range(n)]
        start = time.process_time()
        reader.predict(texts)
        found[language] = n / (time.process_time() - start)
    texts = [TEXTS["en"].format(i) for i in range(n // 10)]
    start = time.process_time()
    sentiment.vader_scores(texts)
    return found | {"vader": len(texts) / (time.process_time() - start)}


if __name__ == "__main__":
    for name, rate in measure().items():
        print(f"{name}: {rate:,.0f} texts a second")
