"""The words of a remark in Chinese, English or both, personal data masked: what reasons are counted from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

__all__ = ["words_of"]

# Surnames that stand before a title or after 小 and 老: the most frequent, which nearly nine in ten share.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_TITLES = "先生|女士|小姐|太太|师傅|经理|主任|老师|工程师|店长|队长"
_PERSONAL = re.compile(
    "|".join(
        [
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # mail addresses
            r"(?:https?://|www\.)[^\s,;\u4e00-\u9fff]+",
            r"(?:\+?\d[\d \-().]{5,}\d)[xX]?",  # telephone, identity, card and order numbers, grouped or not
            r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}",  # number plates
            rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:{_TITLES})",
            rf"[{_SURNAMES}](?:总|工)(?![\u4e00-\u9fff]?[作程是共计部])",
            rf"(?:小|老)[{_SURNAMES}](?!序|额)",  # 小程序 is an app
            r"(?:我叫|我姓|名叫|姓名[:是]?|联系人[:是]?)[\u4e00-\u9fff]{2,3}",
            r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?",
            r"\b(?:[Mm]y name is|[Cc]alled)\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?",
        ]
    )
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTRACTED = (
    (r"\b(can|won|shan)['’]t\b", r"\1 not"),
    (r"n['’]t\b", " not"),
    (r"['’](?:s|m|re|ve|ll|d)\b", ""),
)
_LATIN = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]?\d*[a-z]+")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that carry no reason; small on purpose, and ours.
_STOP_ZH = _listed(
    """
    的 了 是 在 我 你 他 她 它 们 我们 你们 他们 也 就 都 还 又 再 和 与 及 而 但 但是 并 或 或者 这 那
    这个 那个 这些 那些 有 到 说 要 会 能 可以 可 把 被 让 给 对 对于 从 向 跟 为 为了 因为 所以 如果
    就是 还是 已经 一个 一下 一些 一直 什么 怎么 吗 呢 吧 啊 呀 哦 嗯 着 过 地 得 上 下 里 中 之 以 于
    其 该 此 等 个 次 很 非常 比较 太 真的 真 请 谢谢 您 贵 时候 后 前 去 来 今天 昨天 明天 自己 大家
    然后 现在 希望
    """
)
_STOP_EN = _listed(
    """
    a an and are as at be been but by can could did do does for from had has have he her him his i if
    in into is it its just me my of on or our she so that the their them then there they this to us
    very was we were what when which who will with would you your please thanks thank am about after
    before again also all any because during even won shan more most out over than too up
    """
)
_NOT_ZH = _listed(
    """
    不 没 没有 未 无 别 不能 不会 无法 没能 从未 不是 不太 不够 不怎么 不很 并不 并未
    """
)
# Single characters that say enough alone.
_SINGLE_ZH = _listed(
    """
    慢 差 贵 坏 吵 脏 乱 漏 冷 热 烂 假 久 晚 痛 破 丢 错 骗 骂 催 拖 推
    """
)
_NOT_EN = _listed(
    """
    not no never cannot without
    """
)


def words_of(text: str, hidden: Collection[str] = ()) -> list[str]:
    """The words of a remark in the order they stand, small letters, stop words and marks left out.

    A negation is joined to the word after it, since "resolved" and "not resolved" are opposite reasons.
    Mail and web addresses, telephone and other long numbers, number plates and names with a title or an
    introduction are masked before the text is cut, and so is every text in `hidden`, such as the names of
    customers and staff that the records know. A bare name that nobody listed cannot be known for one: show
    only words that many remarks share. Chinese is cut by rjieba (MIT; its dictionary is part of it).

    >>> words_of("王师傅迟到了，问题没有解决! Call me at 138-0013-8000, the app is not working.")
    ['迟到', '问题', '没有解决', 'call', 'app', 'not working']
    """
    plain = unicodedata.normalize("NFKC", text)
    for name in sorted((unicodedata.normalize("NFKC", one) for one in hidden), key=len, reverse=True):
        plain = plain.replace(name, " ; ") if name.strip() else plain
    plain = _PERSONAL.sub(" ; ", plain)
    for contracted, full in _CONTRACTED:
        plain = re.sub(contracted, full, plain, flags=re.IGNORECASE)
    return _joined(_tokens(plain))


def _tokens(text: str) -> list[str]:
    """Words in small letters; a mark in their place where the text pauses."""
    from rjieba import cut  # imported here: its dictionary takes a moment, and only remarks need it

    found = []
    for piece in cut(text):
        word = piece.strip().casefold()
        if word and (_HAN.search(word) or _LATIN.fullmatch(word)):
            found.append(word)
        elif word:
            found.append(";")
    return found


def _joined(pieces: list[str]) -> list[str]:
    words, negation = [], ""
    for piece in pieces:
        if piece == ";":
            negation = ""
        elif piece in _NOT_ZH or piece in _NOT_EN:
            negation = piece
        elif piece in _STOP_ZH or piece in _STOP_EN or _says_nothing(piece, negation):
            continue
        else:
            space = " " if negation and not _HAN.search(piece) else ""
            words.append(f"{negation}{space}{piece}")
            negation = ""
    return words


def _says_nothing(piece: str, negation: str) -> bool:
    return len(piece) == 1 and not negation and piece not in _SINGLE_ZH
