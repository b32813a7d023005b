"""Single odd texts, and short texts of one old encoding each; a part of odd_files.py."""

from collections.abc import Iterator

from odd_tables import OddFile, Table


def odd_texts() -> Iterator[OddFile]:
    yield OddFile(
        "ga4-exploration.csv",
        (
            b"# ----------------------------------------\n# Shop\n# Free form-Free form 1\n# 20260723-20260922\n"
            b"# ----------------------------------------\n\n"
            b"Date,Page path and screen class,Views\n,,33,Grand total\n20260723,/a,3\n20260724,/b,30\n"
        ),
        [Table(("Date", "Page path and screen class", "Views"), [(9, "20260723", "/a", "3"), (10, "20260724", "/b", "30")])],
    )
    yield OddFile(
        "ga4-overview.csv",
        (
            b"# Account: Shop\n# Start date: 20260101\n# End date: 20260131\n\n"
            b"Country,Active users,Engagement rate\nChina,3,0.5\nFrance,4,0.25\n\n"
            b"# Start date: 20260101\nNth week,Active users\n0000,3\n0001,4\n"
        ),
        [
            Table(
                ("Country", "Active users", "Engagement rate"),
                [(6, "China", "3", "0.5"), (7, "France", "4", "0.25")],
                name="part 1",
            ),
            Table(("Nth week", "Active users"), [(11, "0000", "3"), (12, "0001", "4")], name="part 2"),
        ],
    )
    yield OddFile(
        "mailchimp-tags.csv",
        b'"Email Address","First Name",TAGS\nann@example.com,Ann,"""VIP"",""Blog"""\nbob@example.com,Bob,\n',
        [
            Table(
                ("Email Address", "First Name", "TAGS"),
                [(2, "ann@example.com", "Ann", '"VIP","Blog"'), (3, "bob@example.com", "Bob", None)],
            )
        ],
    )
    yield OddFile(
        "questionpro.csv",
        (
            b"Survey report,,,\nGenerated,2026-03-05,,\n,,,\n"
            b"Response ID,IP Address,Timestamp (mm/dd/yyyy),Q1\n11,192.0.2.1,03/05/2026,9\n12,192.0.2.2,03/06/2026,3\n"
        ),
        [
            Table(
                ("Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Q1"),
                [(5, "11", "192.0.2.1", "03/05/2026", "9"), (6, "12", "192.0.2.2", "03/06/2026", "3")],
            )
        ],
    )
    yield OddFile(
        "decimal-commas.csv",
        b"name;price;share\nA;1,5;0,25\nB;2,75;0,5\nC;3,0;0,25\n",
        [Table(("name", "price", "share"), [(2, "A", "1,5", "0,25"), (3, "B", "2,75", "0,5"), (4, "C", "3,0", "0,25")])],
    )
    yield OddFile(
        "one-column.csv",
        b"email\nann@example.com\nbob@example.com\n",
        [Table(("email",), [(2, "ann@example.com"), (3, "bob@example.com")])],
    )
    yield OddFile(
        "years-as-names.csv",
        b"store,2024,2025\nNorth,10,20\nSouth,30,40\n",
        [Table(("store", "2024", "2025"), [(2, "North", "10", "20"), (3, "South", "30", "40")])],
    )
    yield OddFile(
        "all-text.csv",
        b"name,city\nAnn,Paris\nBob,Rome\n",
        [Table(("name", "city"), [(2, "Ann", "Paris"), (3, "Bob", "Rome")])],
    )
    yield OddFile(
        "no-header-text.csv",
        "张三,上海\n李四,北京\n王五,上海\n".encode(),
        [Table(("column 1", "column 2"), [(1, "张三", "上海"), (2, "李四", "北京"), (3, "王五", "上海")])],
    )
    yield OddFile(
        "blanks-as-delimiter.txt",
        b"00001 4 19970101 29.33\n00002 1 19970112 12.00\n00003 2 19970113 77.10\n",
        [
            Table(
                tuple(f"column {i}" for i in (1, 2, 3, 4)),
                [
                    (1, "00001", "4", "19970101", "29.33"),
                    (2, "00002", "1", "19970112", "12.00"),
                    (3, "00003", "2", "19970113", "77.10"),
                ],
            )
        ],
    )
    yield OddFile(
        "gbk-lines-in-utf8.csv",
        "id,name\n1,张伟\n2,李娜\n3,赵敏\n".encode() + "4,王芳\n".encode("gbk") + "5,刘洋\n".encode(),
        [Table(("id", "name"), [(2, "1", "张伟"), (3, "2", "李娜"), (4, "3", "赵敏"), (6, "5", "刘洋")], (5,))],
    )
    yield OddFile(
        "utf8-line-in-gbk.csv",
        "id,name\n1,张伟\n2,李娜\n3,赵敏\n".encode("gbk") + "4,王芳\n".encode() + "5,刘洋\n".encode("gbk"),
        [Table(("id", "name"), [(2, "1", "张伟"), (3, "2", "李娜"), (4, "3", "赵敏"), (6, "5", "刘洋")], (5,))],
    )
    yield OddFile(
        "cp1252-line-in-utf8.csv",
        "id,name\n1,Zoë\n2,Jürgen\n3,José\n".encode() + "4,Müller\n".encode("cp1252"),
        [Table(("id", "name"), [(2, "1", "Zoë"), (3, "2", "Jürgen"), (4, "3", "José")], (5,))],
    )
    yield OddFile(
        "hint-header-row.csv", b"a,b\nc,d\nid,x\n1,2\n", [Table(("id", "x"), [(4, "1", "2")])], hints={"header_row": 3}
    )
    yield OddFile(
        "hint-no-header.csv",
        b"name,city\nAnn,Rome\n",
        [Table(("column 1", "column 2"), [(1, "name", "city"), (2, "Ann", "Rome")])],
        hints={"header_row": 0},
    )
    yield OddFile("hint-skip.csv", b"junk,x,y\nid,name\n1,Ann\n", [Table(("id", "name"), [(3, "1", "Ann")])], hints={"skip": 1})
    yield OddFile(
        "hint-delimiter.csv",
        b"id:name\n1:a,b\n2:c,d\n",
        [Table(("id", "name"), [(2, "1", "a,b"), (3, "2", "c,d")])],
        hints={"delimiter": ":"},
    )
    yield OddFile(
        "hint-encoding.csv",
        "id,name\n1,毛\n".encode("gbk"),
        [Table(("id", "name"), [(2, "1", "毛")])],
        hints={"encoding": "gbk"},
    )
    yield OddFile(
        "hash-ids.csv",
        b"ticket,note\n#1,late\n#2,broken\n",
        [Table(("ticket", "note"), [(2, "#1", "late"), (3, "#2", "broken")])],
    )
    yield OddFile(
        "total-as-name.csv",
        b"id,company,n\n1,Total,5\n2,Shell,6\n3,Total,7\n",
        [Table(("id", "company", "n"), [(2, "1", "Total", "5"), (3, "2", "Shell", "6"), (4, "3", "Total", "7")])],
    )
    yield OddFile(
        "subtotals.csv",
        "门店,数量,金额\n上海,1,2\n小计,1,2\n北京,3,4\n小计,3,4\n合计,4,6\n".encode(),
        [Table(("门店", "数量", "金额"), [(2, "上海", "1", "2"), (4, "北京", "3", "4")])],
    )
    yield OddFile(
        "full-width-names.csv",
        "编号，名称\n".replace("，", ",").encode() + "Ａ１,苹果\n".encode(),
        [Table(("编号", "名称"), [(2, "Ａ１", "苹果")])],
    )
    yield OddFile(
        "double-cr.csv", b"id,name\r\r\n1,Ann\r\r\n2,Bob\r\r\n", [Table(("id", "name"), [(3, "1", "Ann"), (5, "2", "Bob")])]
    )
    yield OddFile(
        "unicode-line-separator.csv",
        "id,name\n1,Ann\u2028x\n2,Bob\x0bx\n".encode(),
        [Table(("id", "name"), [(2, "1", "Ann\u2028x"), (3, "2", "Bob\x0bx")])],
    )
    yield OddFile(
        "long-text-cells.csv",
        ('id,text,n,m\n1,"' + "a line, with commas\n" * 300 + 'end",2,3\n4,x,5,6\n').encode(),
        [
            Table(
                ("id", "text", "n", "m"), [(2, "1", "a line, with commas\n" * 300 + "end", "2", "3"), (303, "4", "x", "5", "6")]
            )
        ],
    )
    yield OddFile(
        "two-unclosed.csv",
        b'id,a,b,c\n1,"x,y,z\n2,p,q,r\n3,"x,y,z\n4,p,q,r\n',
        [Table(("id", "a", "b", "c"), [(3, "2", "p", "q", "r"), (5, "4", "p", "q", "r")], (2, 4))],
    )
    yield OddFile("bom-and-quotes.csv", b'\xef\xbb\xbf"id","name"\n"1","Ann"\n', [Table(("id", "name"), [(2, "1", "Ann")])])
    questions = ("Response ID", *(f"Q{i}" for i in range(1, 121)))
    yield OddFile(
        "120-questions.csv",
        (",".join(questions) + "\n7" + ",5" * 120 + "\n8" + ",4" * 120 + "\n").encode(),
        [Table(questions, [(2, "7", *["5"] * 120), (3, "8", *["4"] * 120)])],
    )
    yield OddFile(
        "codes-without-names.csv",
        b"A0001,Ann\nA0002,Bob\n",
        [Table(("column 1", "column 2"), [(1, "A0001", "Ann"), (2, "A0002", "Bob")])],
    )
    reviews = ["Nice shop, friendly people, but the queue was far too long", "Great", "Too slow, too dear; never again, never"]
    yield OddFile(
        "reviews.txt", "\n".join(reviews).encode(), [Table(("column 1",), [(i, r) for i, r in enumerate(reviews, 1)])]
    )
    yield OddFile("rows-affected.csv", b"id,name\n1,Ann\n(1 rows affected)\n", [Table(("id", "name"), [(2, "1", "Ann")])])
    yield OddFile(
        "bracket-names.csv", b"[id],[name]\n1,Ann\n2,Bob\n", [Table(("[id]", "[name]"), [(2, "1", "Ann"), (3, "2", "Bob")])]
    )
    yield OddFile(
        "double-pipe.csv",
        b"id||name||x\n1||Ann||2\n2||Bob||3\n",
        [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])],
    )
    yield OddFile(
        "caret.csv",
        b"id^name^x\n1^Ann^2\n2^Bob^3\n",
        [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])],
    )
    yield OddFile(
        "control-a.txt",
        b"id\x01name\x01x\n1\x01Ann\x012\n2\x01Bob\x013\n",
        [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])],
    )
    yield OddFile(
        "commas-in-text-tab.tsv",
        b"id\ttext\n1\ta, b, c\n2\td, e, f\n",
        [Table(("id", "text"), [(2, "1", "a, b, c"), (3, "2", "d, e, f")])],
    )
    yield OddFile("case-twins.csv", b"Amount,amount\n1,2\n", [Table(("Amount", "amount (2)"), [(2, "1", "2")])])
    yield OddFile("reserved-names.csv", b"_line,_problem\nx,y\n", [Table(("_line (2)", "_problem (2)"), [(2, "x", "y")])])
    yield OddFile("decomposed-names.csv", "pre\u0301nom,x\nA,1\n".encode(), [Table(("prénom", "x"), [(2, "A", "1")])])
    yield OddFile("sql-names.csv", b"a\"b,x';drop\n1,2\n", [Table(('a"b', "x';drop"), [(2, "1", "2")])])


def short_texts() -> Iterator[OddFile]:
    """Yield short texts of one old encoding: the table, or a question; never something else."""
    for word, encodings in (
        ("毛", ("gbk", "big5")),
        ("黃", ("big5",)),
        ("鑫", ("gbk",)),
        ("ヤマダ", ("cp932", "euc_jp")),
        ("ﾔﾏﾀﾞ", ("cp932",)),
        ("Müller", ("cp1252", "mac_roman", "cp1250")),
        ("Dvořák", ("cp1250",)),
        ("Łukasz Wójcik", ("cp1250",)),
        ("Yılmaz", ("cp1254",)),
        ("Guðmundsson", ("cp1252",)),
        ("Sørensen", ("cp1252",)),
        ("£5", ("cp1252",)),
        ("5 €", ("cp1252",)),
        ("￥5", ("gbk", "cp932")),
        ("crème brûlée", ("cp1252", "mac_roman")),
        ("Peña", ("cp1252", "mac_roman")),
        ("김", ("cp949",)),
        ("Иван", ("cp1251", "koi8_r", "cp866")),
        ("联通", ("gbk",)),
        ("Ελένη", ("cp1253",)),
        ("שלום", ("cp1255",)),
        ("สวัสดี", ("cp874",)),
        ("Việt", ("cp1258",)),
        ("Ærø", ("cp1252",)),
    ):
        for encoding in encodings:
            try:
                content = f"id,name\n1,{word}\n2,Ann\n".encode(encoding)
            except UnicodeEncodeError:
                continue
            yield OddFile(
                f"short-{word}-{encoding}.csv",
                content,
                [Table(("id", "name"), [(2, "1", word), (3, "2", "Ann")])],
                says="encoding",
                may_ask=True,
            )
