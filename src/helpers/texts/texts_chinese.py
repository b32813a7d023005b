"""Chinese words: segmentation (rjieba, in Rust after jieba) with a dictionary of the data set's own, and stop words.

`data/<data set>/dictionary.txt` may list words that must stay whole (brands, products), one a line, `#` begins a comment. It is
optional. Negators are no stop words: 不 and 没有 turn what follows.
"""

import re
from functools import cache

from helpers import paths, tables
from helpers.errors import UserError

LONGEST_WORD = 20  # characters; a longer line is no word
NEGATORS = frozenset(re.findall(r"\S+", """
不 没 没有 未 别 无 不是 不能 不会 不要 不够 不太 不好 从不 毫无 并非 不了 没法 无法 未能
"""))
STOP_WORDS = frozenset(re.findall(r"\S+", """
的 了 着 过 地 得 和 与 及 或 而 而且 并 且 并且 也 都 就 还 又 再 才 只 很 太 更 最 挺 蛮 非常 特别 十分 相当 比较 有点
有些 真 真的 真是 是 在 有 把 被 让 给 对 对于 从 向 往 到 为 为了 因为 所以 如果 虽然 但 但是 不过 可是 然而 只是 还是
以及 之 其 这 那 这个 那个 这些 那些 这样 那样 这么 那么 什么 怎么 怎样 哪 哪里 谁 几 多少 我 你 您 他 她 它 我们 你们
他们 自己 大家 别人 人家 咱们 一 一个 一下 一些 一点 一直 一样 两 两个 个 些 啊 吧 呢 吗 嘛 哦 哈 哈哈 呀 啦 喔 嗯 唉 哎
啥 已 已经 曾 曾经 正在 将 会 能 可以 可 要 想 应该 应 需要 来 去 上 下 里 中 内 外 前 后 时 时候 之后 之前 以后 以前 现在
今天 昨天 刚 刚刚 马上 就是 也是 都是 算是 还有 然后 于是 以为 觉得 感觉 认为 知道 用 用来 做 说 看 看看 等 等等 每 每次
各 另外 其他
"""))
_RUN = re.compile(r"[\u4e00-\u9fff]+")


def read_dictionary(dataset: str) -> tuple[str, ...]:
    """Return the words of the data set's `dictionary.txt`, in order; none where there is no such file.

    Raises UserError with the line's number where a line is no word.
    """
    file = paths.dataset(dataset) / "dictionary.txt"
    tables.note_raw(file)  # also where it is not there: a file that is added makes the stage stale
    if not file.is_file():
        return ()
    words = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        word = line.split("#")[0].strip()
        if len(word) > LONGEST_WORD or re.search(r"\s", word):
            raise UserError(f"{paths.shown(file)}, line {number}: write one word a line, of at most {LONGEST_WORD} characters")
        words += [word] if word else []
    return tuple(dict.fromkeys(words))


@cache
def _segmenter(dictionary: tuple[str, ...]):
    import rjieba

    segmenter = rjieba.Jieba()
    for word in dictionary:
        segmenter.add_word(word, segmenter.suggest_freq(word), None)
    return segmenter


def segment(text: str, dictionary: tuple[str, ...] = ()) -> list[str]:
    """Return the Chinese words of a text in order; everything else (marks, Latin, digits) is left out."""
    cut = _segmenter(dictionary).cut
    return [word for run in _RUN.findall(text) for word in cut(run)]


def content_words(text: str, dictionary: tuple[str, ...] = ()) -> list[str]:
    """Return the Chinese words of a text without stop words; negators stay."""
    return [word for word in segment(text, dictionary) if word not in STOP_WORDS]
