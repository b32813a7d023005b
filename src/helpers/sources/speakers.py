"""Whose words a transcript holds: who is the customer, and what the customer said without fillers and greetings."""

import re

AGENTS = re.compile(
    r"^(客服|客户(服务|经理)|会员(顾问|服务)|坐席|座席|话务|店员|店长|导购|销售|顾问|专员|服务人员|工作人员|机器人|智能|系统|主持|访谈员|"
    r"访问员|采访|研究员|agent|representative|rep\b|support|operator|advis[oe]r|assistant|bot\b|ivr|system|interviewer|"
    r"moderator|host|researcher|csr|consultant|staff|service|customer (service|support|care|success))", re.IGNORECASE)
CUSTOMERS = re.compile(
    r"^(客户|顾客|用户|来电|会员|买家|消费者|受访|被访|被采访|客人|caller|customer|client|user|member|guest|buyer|visitor|"
    r"interviewee|respondent|participant|shopper|consumer|patient)", re.IGNORECASE)
OF_INTERVIEW = re.compile(r"访谈|采访|受访|被访|主持|研究员|interview|moderator|respondent|participant|researcher",
                          re.IGNORECASE)
AS_SERVICE = re.compile(  # what only service says
    r"(工号|客服).{0,8}为您服务|很高兴为您服务|请问有什么(可以|能)?帮|感谢您?的?(致电|来电)|thank you for calling|"
    r"how (can|may) i help", re.IGNORECASE)
_EDGE = r"[\s，、。,.…~！!？?]"
FILLER = re.compile(
    rf"(?:(?<=^)|(?<={_EDGE}))(?:嗯+|呃+|额+|啊+|哦+|噢+|那个|这个|就是说|就是|怎么说呢|u+m+|u+h+|e+r+m*|h+m+|mhm|you know"
    rf"|i mean)(?={_EDGE}|$){_EDGE}*", re.IGNORECASE)
GREETING = re.compile(  # possessive: nothing to try again in a long row of them
    rf"^(?:{_EDGE}|喂|您好|你好|早上好|下午好|晚上好|谢谢(?:你|您)?(?:啊|了|哈)?|多谢|麻烦(?:你|您)?了|不客气|没事了?|好的?(?:吧|嘞|呀)?|"
    r"行吧?|可以|对的?啊?|是的?啊?|没有了|再见|拜拜|嗯++|哦++|hello|hi|hey|good (?:morning|afternoon|evening)|"
    r"thank(?:s| you)(?: very much| so much)?|goodbye|bye(?: bye)?|okay|ok|yes|yeah|no|sure|right|alright|great|"
    r"that'?s all|you too|have a (?:good|nice) (?:day|one))++$", re.IGNORECASE)
LONGEST_GREETING = 60  # characters
CHINESE = re.compile(r"[\u3400-\u9fff]")


def roles(turns: list[tuple[str, str]], options: dict | None = None) -> dict[str, str]:
    """Return label → "customer", "agent" or "" (not told) of the speakers of one talk; turns: (label, text) in order.

    options: labels of `customer` and `agent`, several parted by "|". One nameless speaker beside agents is the customer; beside
    a customer nobody else is. Of two nameless speakers the one who greets as service does is the agent, if the other does not.
    """
    given = {part.strip().casefold(): role for role in ("customer", "agent")
             for part in str((options or {}).get(role, "")).split("|") if part.strip()}
    labels = list(dict.fromkeys(label for label, _ in turns if label))
    told = {label: given.get(label.casefold()) or _by_label(label) for label in labels}
    unknown = [label for label in labels if not told[label]]
    if "customer" in told.values() or not unknown:
        return told
    if len(unknown) == 1 and "agent" in told.values():
        return told | {unknown[0]: "customer"}
    serving = {label for label, text in turns if label in unknown and AS_SERVICE.search(text)}
    if len(unknown) == 2 and len(labels) == 2 and len(serving) == 1:
        return {label: "agent" if label in serving else "customer" for label in labels}
    return told


def _by_label(label: str) -> str:
    return "agent" if AGENTS.match(label) else "customer" if CUSTOMERS.match(label) else ""


def words(texts: list[str]) -> str | None:
    """Return what a customer said, without fillers and greetings, each turn ended by a mark; None where nothing is left."""
    kept = []
    for text in texts:
        plain = FILLER.sub("", " ".join(text.split())).strip(" ，、,")
        if plain and not (len(plain) <= LONGEST_GREETING and GREETING.match(plain)):
            kept.append(plain if plain[-1] in "。！？!?.…~" else plain + ("。" if CHINESE.search(plain) else "."))
    return "".join(part if part[-1] in "。！？" else part + " " for part in kept).strip() or None
