"""Word documents as tests need them: a package with the parts that Word asks for, nothing else."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

TYPES = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
         'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
         'document.main+xml"/></Types>')
RELATIONS = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/'
             'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
             'relationships/officeDocument" Target="word/document.xml"/></Relationships>')
HEAD = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
        'wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>')
TAIL = "</w:body></w:document>"


def paragraph(text: str) -> str:
    """Return a paragraph; every word is a run of its own, "\\n" a line break and "\\t" a tab in it."""
    parts = [f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
             for part in text.replace("\n", " \n ").replace("\t", " \t ").split(" ")]
    joined = '<w:r><w:t xml:space="preserve"> </w:t></w:r>'.join(parts)
    for mark, tag in (("\n", "br"), ("\t", "tab")):
        space = '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        run = f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{mark}</w:t></w:r>'
        joined = joined.replace(f"{space}{run}{space}", f"<w:r><w:{tag}/></w:r>")
    return f"<w:p><w:pPr><w:spacing w:after=\"0\"/></w:pPr>{joined}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """Return a table, a paragraph a cell."""
    cells = ["".join(f"<w:tc><w:tcPr/>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def write(file: Path, *parts: str) -> Path:
    """Write a document; a part that is no XML is a paragraph."""
    body = "".join(part if part.startswith("<w:") else paragraph(part) for part in parts)
    return write_body(file, HEAD + body + TAIL)


def write_body(file: Path, xml: str) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", xml)
    return file
