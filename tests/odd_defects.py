"""Defects of a small table, each with what must come of it, for every delimiter and two languages; a part of odd_files.py."""

from collections.abc import Iterator

from odd_tables import DELIMITERS, PEOPLE, OddFile, Table, numbered, text_lines

# --- defects: each takes header, four rows and the delimiter; returns the text and the table it must give


def _hash_preamble(h, r, d):
    return ["# Shop report", "# Start date: 20260101", "", *text_lines(h, r, d)], Table(h, numbered(r, 5))


def _title(h, r, d):
    return ["Monthly report", "", *text_lines(h, r, d)], Table(h, numbered(r, 4))


def _account_lines(h, r, d):
    return ["Account: Acme", "From 2026-01-01", *text_lines(h, r, d)], Table(h, numbered(r, 4))


def _padded_title(h, r, d):
    return ["Monthly report" + d * 3, d * 3, *text_lines(h, r, d)], Table(h, numbered(r, 4))


def _blank_between(h, r, d):
    lines = text_lines(h, r, d)
    return [*lines[:3], "", "", *lines[3:], ""], Table(h, [(2, *r[0]), (3, *r[1]), (6, *r[2]), (7, *r[3])])


def _empty_records(h, r, d):
    return [*text_lines(h, r, d), d * 3, d * 3], Table(h, numbered(r))


def _blank_first(h, r, d):
    return ["", "", *text_lines(h, r, d)], Table(h, numbered(r, 4))


def _total(h, r, d):
    return [*text_lines(h, r, d), f"Total{d}{d}{d}28.75"], Table(h, numbered(r))


def _chinese_total(h, r, d):
    return [*text_lines(h, r, d), f"合计{d}{d}{d}28.75"], Table(h, numbered(r))


def _total_then_note(h, r, d):
    return [*text_lines(h, r, d), f"总计{d}{d}{d}28.75", "", "Exported by Acme CRM"], Table(h, numbered(r))


def _grand_total(h, r, d):
    lines = text_lines(h, r, d)
    return [lines[0], f"{d}{d}28.75{d}Grand total", *lines[1:]], Table(h, numbered(r, 3))


def _one_too_many(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] += f"{d}extra"
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _one_too_few(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = d.join(r[1][:3])
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _shifted_everywhere(h, r, d):
    lines = text_lines(h, r, d)
    return [lines[0], *(f"{x}{d}extra" for x in lines[1:])], Table(h, [], (2, 3, 4, 5))


def _trailing_delimiters(h, r, d):
    return [x + d for x in text_lines(h, r, d)], Table(h, numbered(r))


def _trailing_in_rows(h, r, d):
    lines = text_lines(h, r, d)
    return [lines[0], *(x + d for x in lines[1:])], Table(h, numbered(r))


def _unclosed(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _unclosed_then_quoted(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d}{r[1][2]}{d}{r[1][3]}'
    lines[3] = d.join([r[2][0], f'"{r[2][1]}"', r[2][2], r[2][3]])
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _unclosed_last(h, r, d):
    lines = text_lines(h, r, d)
    lines[4] = f'{r[3][0]}{d}"{r[3][1]}{d}{r[3][2]}{d}{r[3][3]}'
    return lines, Table(h, numbered(r[:3]), (5,))


def _text_after_quote(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}"x{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _line_break(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}\nJr"{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], r[1][1] + "\nJr", *r[1][2:]), (5, *r[2]), (6, *r[3])])


def _delimiter_inside(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d} Jr"{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f"{r[1][1]}{d} Jr", *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _doubled_quotes(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"the ""{r[1][1]}"""{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f'the "{r[1][1]}"', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _backslash_quotes(h, r, d):
    lines = [d.join(f'"{c}"' for c in x) for x in (h, *r)]
    lines[2] = d.join(f'"{c}"' for c in (r[1][0], f'the \\"{r[1][1]}\\" man', *r[1][2:]))
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f'the "{r[1][1]}" man', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _inch_mark(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}5" pipe{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], '5" pipe', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _all_quoted(h, r, d):
    return [d.join(f'"{c}"' for c in x) for x in (h, *r)], Table(h, numbered(r))


def _blank_before_quote(h, r, d):
    return [f"{d} ".join(f'"{c}"' for c in x) for x in (h, *r)], Table(h, numbered(r))


def _nul(h, r, d):
    lines = text_lines(h, r, d)
    lines[2] = lines[2].replace(r[1][1], r[1][1] + "\0")
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _no_header(h, r, d):
    return [d.join(x) for x in r], Table(tuple(f"column {i}" for i in range(1, 5)), numbered(r, 1))


def _duplicate_names(h, r, d):
    return text_lines((h[0], h[1], h[1], h[3]), r, d), Table((h[0], h[1], f"{h[1]} (2)", h[3]), numbered(r))


def _empty_name(h, r, d):
    return text_lines((h[0], "", h[2], h[3]), r, d), Table((h[0], "column 2", h[2], h[3]), numbered(r))


def _comment_inside(h, r, d):
    lines = text_lines(h, r, d)
    return [*lines[:3], "# checked by hand", *lines[3:]], Table(h, [(2, *r[0]), (3, *r[1]), (5, *r[2]), (6, *r[3])])


def _sep_line(h, r, d):
    return [f"sep={d}", *text_lines(h, r, d)], Table(h, numbered(r, 3))


def _header_again(h, r, d):
    lines = text_lines(h, r, d)
    return [*lines[:3], lines[0], *lines[3:]], Table(h, [(2, *r[0]), (3, *r[1]), (5, *r[2]), (6, *r[3])])


def _mixed_line_ends(h, r, d):
    lines = text_lines(h, r, d)
    return "\r\n".join(lines[:2]) + "\n" + "\n".join(lines[2:4]) + "\r\n" + lines[4], Table(h, numbered(r))


def _null_column(h, r, d):
    rows = [(a, b, "", e) for a, b, _, e in r]
    return text_lines(h, rows, d), Table(h, numbered([(a, b, None, e) for a, b, _, e in r]))


def _one_row(h, r, d):
    return text_lines(h, r[:1], d), Table(h, numbered(r[:1]))


def _header_only(h, r, d):
    return text_lines(h, [], d), Table(h, [])


def _long_cell(h, r, d):
    rows = [*r[:3], (r[3][0], "x" * 1_000_000, *r[3][2:])]
    return text_lines(h, rows, d), Table(h, numbered(rows))


def _words_like_null(h, r, d):
    rows = [(a, word, c, e) for (a, _, c, e), word in zip(r, ("NA", "None", "null", "NaN"), strict=True)]
    return text_lines(h, rows, d), Table(h, numbered(rows))


def _long_ids(h, r, d):
    rows = [(i, b, c, e) for (_, b, c, e), i in zip(r, ("000123456789012345678", "1E5", "+8613800000000", "1.0"), strict=True)]
    return text_lines(h, rows, d), Table(h, numbered(rows))


def _formulas(h, r, d):
    rows = [(a, word, c, e) for (a, _, c, e), word in zip(r, ("=1+1", "@SUM", "-5", "<b>x</b>"), strict=True)]
    return text_lines(h, rows, d), Table(h, numbered(rows))


def _truncated_last(h, r, d):
    lines = text_lines(h, r, d)
    lines[4] = d.join(r[3][:2])
    return "\n".join(lines), Table(h, numbered(r[:3]), (5,))


def _spaces_kept(h, r, d):
    rows = [(a, f" {b} ", c, e) for a, b, c, e in r]
    return text_lines(h, rows, d), Table(h, numbered(rows))


def _two_tables(h, r, d):
    lines = [*text_lines(h, r[:2], d), "", d.join(("page", "views")), d.join(("/a", "4")), d.join(("/b", "5"))]
    return lines, [
        Table(h, numbered(r[:2]), name="part 1"),
        Table(("page", "views"), [(6, "/a", "4"), (7, "/b", "5")], name="part 2"),
    ]


def _two_of_one_width(h, r, d):
    other = ("country", "users", "sessions", "revenue")
    lines = [*text_lines(h, r[:2], d), "", "# Second", d.join(other), d.join(("China", "4", "5", "6"))]
    return lines, [Table(h, numbered(r[:2]), name="part 1"), Table(other, [(7, "China", "4", "5", "6")], name="part 2")]


def _two_header_rows(h, r, d):
    lines = [f"{d}Person{d}{d}Sales", *text_lines(h, r, d)]
    return lines, Table((h[0], f"Person / {h[1]}", f"Person / {h[2]}", f"Sales / {h[3]}"), numbered(r, 3))


DEFECTS = [
    _hash_preamble,
    _title,
    _account_lines,
    _padded_title,
    _blank_between,
    _empty_records,
    _blank_first,
    _total,
    _chinese_total,
    _total_then_note,
    _grand_total,
    _one_too_many,
    _one_too_few,
    _shifted_everywhere,
    _trailing_delimiters,
    _trailing_in_rows,
    _unclosed,
    _unclosed_then_quoted,
    _unclosed_last,
    _text_after_quote,
    _line_break,
    _delimiter_inside,
    _doubled_quotes,
    _backslash_quotes,
    _inch_mark,
    _all_quoted,
    _blank_before_quote,
    _nul,
    _no_header,
    _duplicate_names,
    _empty_name,
    _comment_inside,
    _sep_line,
    _header_again,
    _mixed_line_ends,
    _null_column,
    _one_row,
    _header_only,
    _long_cell,
    _words_like_null,
    _long_ids,
    _formulas,
    _truncated_last,
    _spaces_kept,
    _two_tables,
    _two_of_one_width,
    _two_header_rows,
]


def odd_defects() -> Iterator[OddFile]:
    for language, encoding in (("en", "utf-8"), ("zh", "gb18030")):
        for delimiter, d in DELIMITERS.items():
            for defect in DEFECTS:
                text, expected = defect(*PEOPLE[language], d)
                text = text if isinstance(text, str) else "\n".join(text) + "\n"
                tables = expected if isinstance(expected, list) else [expected]
                yield OddFile(f"{defect.__name__[1:]}-{language}-{delimiter}.csv", text.encode(encoding), tables)
