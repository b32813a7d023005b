"""A made-up notebook that uses every block of report.py, executed without a kernel: what the report tests render."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import paths, report
from helpers.rendering import render

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "[a prize](javascript:alert(1))",
    "{{ 7 * 7 }} {% raw %}",
    "\"><svg onload=alert(1)>",
)

SETUP = '''
import numpy as np
import pandas as pd
from helpers import report
from helpers.plots import plots
from helpers.i18n import text as t

run = report.start("03_segmentation", dataset="complete_journey", language=language, seed=42)
w = lambda english, chinese: chinese if language == "zh" else english
groups = pd.DataFrame({
    "segment": ["Champions", "Loyal", "At risk", "Hibernating"], "n": [612, 540, 377, 240],
    "revenue": [2310450.5, 1204310.2, 512430.9, 90120.4], "share": [0.56, 0.29, 0.12, 0.03],
})
names = {"segment": (t("Segment"), "label"), "n": (t("Customers"), "count"), "revenue": (t("Revenue"), "money"),
         "share": (t("Share of revenue"), "percent1")}
weeks = pd.DataFrame({"week": pd.date_range("2017-01-02", periods=52, freq="7D"), "n": 900 + 120 * np.sin(np.arange(52) / 5)})
'''

CELLS = [
    ("md", "# Which customers behave alike?\n\n- **Question**: who are our customers, and which of them bring the revenue?\n"
           "- **Reads**: `orders`, `customers`\n- **Writes**: `segments`, `findings_segmentation`\n- **For**: marketing, "
           "category managers",
           "# 哪些客户行为相似？\n\n- **问题**：客户由哪些人组成，销售额来自谁？\n- **读取**：`orders`、`customers`\n"
           "- **写出**：`segments`、`findings_segmentation`\n- **读者**：营销与品类经理"),
    ("code", 'report.settings(recency_cuts=(7, 30, 90), n_clusters=5)'),
    ("code", '''report.answer(w("{n:count} champions, a quarter of the customers, bring {share:percent} of the revenue.",
  "{n:count} 位核心客户只占客户的四分之一，却贡献了 {share:percent} 的销售额。"), n=612, share=0.56)
before = t("against the previous period")
report.kpis(
  report.Kpi(t("Customers"), 2469, change=0.021, against=before, trend=(3, 4, 4, 5, 6, 5, 7)),
  report.Kpi(t("Revenue"), 4596512.4, "money", change=-0.034, against=before, trend=(7, 6, 6, 5, 4, 5)),
  report.Kpi(t("Revenue per customer"), 1861.7, "money", low=1798.2, high=1925.1),
  report.Kpi(t("Average order value"), 29.53, "money", note=w("unchanged for five months", "连续五个月持平")),
)'''),
    ("md", "## Who are they?\n\nA segment is a *computed* group: the same rule for everybody. See "
           "[07 Churn](07_churn.html) and [Fader 2005](https://doi.org/10.1287/mksc.1040.0098).\n\n"
           "### The rule\n\n| Score | Days since the last purchase |\n|---|---:|\n| 5 | 0–6 |\n| 4 | 7–29 |\n",
           "## 他们是谁？\n\n客群由*统一规则*计算得出，对每位客户一视同仁。参见[07 流失预警](07_churn.html)与"
           "[Fader 2005](https://doi.org/10.1287/mksc.1040.0098)。\n\n### 规则\n\n| 得分 | 距上次购买天数 |\n|---|---:|\n"
           "| 5 | 0–6 |\n| 4 | 7–29 |\n"),
    ("code", '''report.chart(
  plots.bar(groups, label="segment", value="revenue", fmt="money", colors="segment"),
  title=w("Champions bring more than all other segments together", "核心客户的贡献超过其他客群之和"),
  subtitle=w("Revenue by segment, 2017", "2017 年各客群销售额"), eyebrow=w("Revenue", "销售额"),
  source=report.source_line(n=2469, of=t("customers"), run=run),
  alt=w("Bars of the revenue by segment; champions lead.", "各客群销售额条形图，核心客户居首。"),
  data=groups, columns=names, name="revenue_by_segment")'''),
    ("code", '''report.finding(
  w("{who} are {share:percent} of customers and bring {revenue_share:percent} of revenue.",
    "{who}占客户的 {share:percent}，贡献了 {revenue_share:percent} 的销售额。"),
  who=w("Champions", "核心客户"), share=0.25, revenue_share=0.56, evidence=report.Evidence("fact", n=2469))
report.finding(w("Age is known for {known:percent} of the customers; among them 45–54 is the largest group.",
  "仅 {known:percent} 的客户有年龄信息，其中 45–54 岁最多。"), known=0.32,
  evidence=report.Evidence("fact", n=801, coverage=0.32))
report.say(w("Between them, {a:label} and {b:label} make {share:percent} of the revenue.",
  "{a:label}与{b:label}合计占销售额的 {share:percent}。"), a="Champions", b="Loyal", share=0.85)
report.points([w("One hundred customers more would be worth as much as a week.", "多一百位这样的客户，相当于一周的销售额。"),
  w("They buy on 2.1 days a week.", "他们平均每周购买 2.1 天。")])'''),
    ("md", "## How does the week run?", "## 一周的节奏如何？"),
    ("code", '''report.chart(plots.line(weeks, x="week", lines={"n": t("Orders")}, fmt="count"),
  title=w("Orders swing by a seventh between spring and autumn", "订单量在春秋之间波动约七分之一"),
  subtitle=w("Orders a week", "每周订单数"), source=report.source_line(n=155848, of=t("orders"), run=run),
  alt=w("Line of the orders per week.", "每周订单数折线图。"), data=weeks,
  columns={"week": (t("Week"), "day"), "n": (t("Orders"), "count")})
report.verdict("use with care", w(
  "The model beats recency alone by {gain:number2}, measured on {n:count} customers it had not seen.",
  "在 {n:count} 位模型未见过的客户上，比仅用最近购买天数高 {gain:number2}。"), gain=0.04, n=740)
report.finding(w("The gap between weekdays and weekends is {gap:percent1}, which may be chance.",
  "工作日与周末相差 {gap:percent1}，可能只是偶然。"), gap=0.011,
  evidence=report.Evidence("estimate", n=2469, estimate=0.011, interval=(-0.004, 0.026), baseline=0.0))'''),
    ("md", "## What do they say?", "## 他们怎么说？"),
    ("code", '''report.quotes([
  ("The coffee arrived stale and the box was crushed.", w("2 stars, 14 Mar 2012", "2 星，2012年3月14日")),
  ("Best oatmeal we ever had; the whole family asks for it.", w("5 stars", "5 星"))], title=w("In their words", "原话"))
report.table(groups, names, caption=w("Segments in figures", "各客群数据"), csv_name="segments")'''),
    ("md", "## Who are they in daily life?", "## 生活中的他们"),
    ("code", '''report.cards(*[report.Card(
  t(s), w("612 customers", "612 位客户"), [(t("Revenue"), "$2.31M"), (t("Purchase days"), "84")],
  [w("Buys fresh food three times as often as others.", "购买生鲜的频率是其他客群的三倍。")], color=c)
  for s, c in (("Champions", "#0072B2"), ("At risk", "#D98200"))])'''),
    ("md", "## What do campaigns change?", "## 营销活动带来了什么？"),
    ("code", 'report.lacking("This data set has no {table:label}. Adding that source would show {gives:label}.", '
             'table="campaigns", gives="which campaigns ran, when, and what they cost")'),
    ("code", 'report.lacking("This data set has no {table:label}. Adding that source would show {gives:label}.", '
             'table="campaigns", gives="which campaigns ran, when, and what they cost")'),
    ("md", "## What to keep in mind\n\n- A household is not a person.\n- The panel was chosen for shopping often.",
           "## 使用须知\n\n- 家庭不等于个人。\n- 样本本来就是高频购物家庭。"),
    ("code checks", 'assert groups["segment"].is_unique, "a customer is in two segments"\nprint("checked", len(groups))'),
    ("code", 'report.written({"table": "segments", "rows": 2469, "columns": 11})'),
    ("md", "## What next\n\nDecide whom to keep first: [07 Churn](07_churn.html).",
           "## 下一步\n\n先决定优先留住谁：[07 流失预警](07_churn.html)。"),
]


def hostile_cells() -> list[tuple]:
    """Return cells in which every text that comes from data tries to run or to load something."""
    rows = repr(list(HOSTILE))
    narrative = (
        f"{HOSTILE[0]}\n\n{HOSTILE[1]} {HOSTILE[2]} [out](https://example.com/x)\n\n![beacon](https://example.com/b.png)"
    )
    return [
        ("md", "# Whose names are these?\n\n- **Question**: what does a hostile name do?",
               "# 这些名字是谁的？\n\n- **问题**：恶意名称会怎样？"),
        ("code", f"bad = {rows}\nreport.answer('{{names}}', names=' '.join(bad))"),
        ("code", "report.kpis(*[report.Kpi(x, x, '', note=x, against=x, change=0.1) for x in bad])"),
        ("md", f"## Names\n\n{narrative}", f"## 名称\n\n{narrative}"),
        ("code", "frame = pd.DataFrame({'name': bad, 'n': range(1, 6)})\n"
                 "report.table(frame, caption=bad[0], csv_name=bad[4])"),
        ("code", "report.chart(plots.bar(frame, label='name', value='n'), title=bad[0], subtitle=bad[1],\n"
                 "  source=bad[2], alt=bad[4], data=frame)"),
        ("code", "report.finding('{x} is {n:count}', x=bad[1], n=3, evidence=report.Evidence('fact', n=99))\n"
                 "report.points(bad)\nreport.quotes([(x, x) for x in bad], title=bad[0])\nreport.note('{x}', x=bad[0])\n"
                 "report.cards(report.Card(\n"
                 "  bad[0], bad[1], [(bad[2], bad[3])], bad, color='red;background:url(https://example.com/c)'))"),
        ("code", "from IPython.display import HTML\n"
                 "report.display(HTML('<script>document.title=1</script><p onclick=x()>raw</p>'))\n"
                 "report.display(HTML('<div class=\"block say\"><a href=\"javascript:alert(1)\">go</a>'\n"
                 "  '<img src=\"https://example.com/d.png\" alt=\"x\"><iframe src=\"https://example.com\"></iframe>'\n"
                 "  '<form action=\"https://example.com\"><button>send</button></form></div>'))"),
    ]


def execute(cells: list[tuple], *, language: str, stage: str, monkeypatch) -> Path:
    """Run the cells and write them as the executed notebook of a stage; return its path."""
    shown = []
    monkeypatch.setattr(report, "display", shown.append)
    scope = {"language": language, "display": shown.append}
    notebook = new_notebook(metadata={"language_info": {"name": "python"}})
    _run(notebook, scope, shown, SETUP, ["setup"])
    for kind, *content in cells:
        if kind == "md":
            for name, source in zip(("en", "zh"), content, strict=True):
                notebook.cells.append(new_markdown_cell(source, metadata={"tags": [f"lang-{name}"]}))
        else:
            _run(notebook, scope, shown, content[0], kind.split()[1:])
    first = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "markdown")
    notebook.cells.insert(first + 2, notebook.cells.pop(0))
    for position, cell in enumerate(notebook.cells):
        cell.id = f"c{position}"
    file = paths.executed("complete_journey", language) / f"{stage}.ipynb"
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


def _run(notebook, scope: dict, shown: list, source: str, tags: list[str]) -> None:
    shown.clear()
    printed = []
    scope["print"] = lambda *words: printed.append(" ".join(map(str, words)) + "\n")
    exec(source, scope)
    outputs = [new_output("display_data", {"text/html": html.data, "text/plain": "<HTML>"}) for html in shown]
    outputs += [new_output("stream", name="stdout", text=line) for line in printed]
    notebook.cells.append(new_code_cell(source.strip(), outputs=outputs, execution_count=1, metadata={"tags": tags}))


def render_folder(cells: list[tuple], home: Path, monkeypatch) -> Path:
    """Render the cells as two reports and a front page in both languages; return the folder of the reports.

    home: a workbook (conftest.py). The front page holds them too: it must stand any notebook.
    """
    stages = ["03_segmentation", "07_churn", "12_dashboard"]
    for language in ("en", "zh"):
        for stage in stages:
            execute(cells, language=language, stage=stage, monkeypatch=monkeypatch)
    for language in ("en", "zh"):
        for stage in stages:
            render.render(stage, dataset="complete_journey", language=language, available=stages, has_other_language=True)
    return home / "reports" / "complete_journey"
