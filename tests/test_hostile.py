"""Hostile input of every kind ends with the right exit code, a place and a repair; nothing is written, run or fetched.

`CLAUSEWRIGHT_SOAK=20` makes twenty times as many inputs, each round from another seed.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import random
import re
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from intake_samples import CUT, MAPPING, refilled, rows_by_ref
from journeys import ROOT, copied, put, run, tree, version
from word_reading import lines

from pipeline.intake import formats, forms
from pipeline.project import checking, country, intake
from pipeline.project.country import the_library
from pipeline.source.shape import Shape

ROUNDS = int(os.environ.get("CLAUSEWRIGHT_SOAK", "1"))
LONGEST = 5.0
"""Seconds after which an input counts as one that hangs the command."""

COUNTRY = (
    "format: 1\nname: Republic of Example\nissuer: Ministry\npacks: [un]\nas_of: 2026-11-23\nlanguages: [en]\n"
    "form:\n  numbering: decimal\n  style: standard\n  marking: Internal\n"
    "law:\n  police_act:\n    title: Police Act\n    provision: section 1\n    from: 2001-01-01\n    read_by: counsel\n    read_on: 2026-08-20\n"
    "answers:\n  member_eu: no\n  party_iccpr: yes\n  legal_form: policy\nsince:\n  party_iccpr: 1992-01-21\n"
)
PROFILE = "format: 1\nname: Example Police\nanswers:\n  kind: national_police\n  staff_number: 500\n"
READINESS = "format: 1\nanswers:\n  culture_vision: level_2\n"
RISK = "format: 1\nname: Plate reader\nanswers:\n  use: plate_recognition\n  personal_data: yes\n"
DECISIONS = (
    "format: 1\ndecisions:\n  - choose: log_retention\n    value: one_year\n    owner: counsel\n"
    "    date: 2026-10-19\n    reason: because\n"
)
FOLDER: Mapping[str, str] = {
    "country.yaml": COUNTRY,
    "decisions.yaml": DECISIONS,
    "agencies/police/profile.yaml": PROFILE,
    "agencies/police/readiness.yaml": READINESS,
    "agencies/police/systems/plates/risk.yaml": RISK,
}
CLAUSE = (
    "kind: norm\ndocuments: [guidelines]\nscope: country\nprinciples: [GOV.ACC]\ntopic: governance-bodies\norder: 900\n"
    'stance: require\nstrength: shall\nif_open: keep\ncites: ["UDHR 12"]\nowner_role: agency_head\nbearer: agency_head\n'
)
TEXT = (
    "# A rule of our own\n\n## shall\nThe head of the agency shall keep a list of exercises.\n\n"
    "## purpose\nA list shows what was trained.\n\n## evidence\nThe list of exercises.\n"
)
PATHS = (
    "..", "../x", "../../etc/passwd", "..\\..\\x", "/etc/passwd", "//server/share", "C:\\x", "C:x", "file:///etc/passwd", "~", "~root",
    "./x", "x/../../y", "x/./../..", "....//x", "..;/x", "%2e%2e%2fx", "..%2fx", "..%c0%afx", "\uff0e\uff0e/x", "x\u2215y", "con", "NUL",
    "aux.yaml", "lpt1", "x:stream", "x ", " x", "x.", "-rf", "--out", "$HOME", "`id`", "x\ny", ".hidden", "*", "?", "a" * 300,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One hostile input: the files, the command, the exit code it deserves, and a file that stderr must name."""

    name: str
    files: Mapping[str, bytes | str]
    code: int
    told: str
    words: tuple[str, ...] = ("draft", "{here}/in", "--document", "brief", "--format", "docx", "--out", "{here}/out")
    links: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module", autouse=True)
def library_once() -> Iterator[None]:
    """Read the built-in library once for all: these tests are about what is handed in."""
    with pytest.MonkeyPatch.context() as patch:
        loaded = the_library()
        for module in (country, checking, intake):
            patch.setattr(module, "the_library", lambda files=None: loaded if files is None else the_library(files))
        yield


def changed(path: str, data: bytes | str, kind: str, code: int = 3) -> Case:
    """Return the sound folder with one file changed."""
    return Case(f"{kind} {path}", {**FOLDER, path: data}, code, path)


def lines_of(text: str) -> list[int]:
    return [n for n, line in enumerate(text.splitlines()) if ":" in line and not line.startswith("format")]


def with_line(text: str, number: int, new: str | Callable[[str], str]) -> str:
    """Return a text with a line replaced, or changed by a function."""
    found = text.splitlines()
    found[number] = new if isinstance(new, str) else new(found[number])
    return "\n".join(found) + "\n"


def wrong_types(luck: random.Random) -> Iterator[Case]:
    values = ("[[[]]]", "{a: {b: {c: d}}}", "[a, {b: c}]", "{value: {value: x}}")
    for path, text in FOLDER.items():
        for number in lines_of(text):
            line = text.splitlines()[number]
            key, _, rest = line.partition(":")
            value = luck.choice(values)
            if rest:
                yield changed(path, with_line(text, number, f"{key}: {value}"), f"type {number}")


def unknown_keys(luck: random.Random) -> Iterator[Case]:
    for path, text in FOLDER.items():
        for number in lines_of(text):
            line = text.splitlines()[number]
            key, _, rest = line.partition(":")
            bare = key.strip().removeprefix("- ")
            at = luck.randrange(len(bare) + 1)
            other = bare[:at] + luck.choice("zqxj") + bare[at:]
            new = key.replace(bare, other, 1) + ":" + rest
            yield changed(path, with_line(text, number, new), f"key {number}")


def twice(luck: random.Random) -> Iterator[Case]:
    for path, text in FOLDER.items():
        for number in lines_of(text):
            line = text.splitlines()[number]
            if line.partition(":")[2] and "- " not in line:
                yield changed(path, with_line(text, number, lambda old: f"{old}\n{old}"), f"twice {number}")


def yaml_machinery(luck: random.Random) -> Iterator[Case]:
    bad = (
        "&a x", "*a", "!!python/object/apply:os.system [touch canary]", "!!binary aGk=", "!x y", "!!set {a}", "&a [*a]", "{<<: *a}",
        "[", "{", "\"", "'", "%YAML 1.1", "@x", "`x`", "\t- x", "a: b: c", "- - -", "? [a]\n  : b", "--- x\n--- y", "...\nx",
    )  # fmt: skip
    for path, text in FOLDER.items():
        for value in bad:
            key = text.splitlines()[1].partition(":")[0]
            yield changed(path, with_line(text, 1, f"{key}: {value}"), f"yaml {value!r}")


def characters(luck: random.Random) -> Iterator[Case]:
    bad = [
        0x00,
        0x07,
        0x0B,
        0x0C,
        0x1B,
        0x7F,
        0x85,
        0x9F,
        0x200B,
        0x202E,
        0x2066,
        0x2028,
        0xFDD0,
        0xFFFE,
        0x1FFFF,
        0x10FFFF,
    ]
    for point in bad:
        path, text = luck.choice(list(FOLDER.items()))
        at = luck.randrange(20, len(text))
        yield changed(path, text[:at] + chr(point) + text[at:], f"character {point:04X}")
        escaped = with_line(FOLDER["country.yaml"], 1, f'name: "a\\U{point:08X}b"')
        yield changed("country.yaml", escaped, f"escaped {point:04X}")
    raw = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\xe9t\xe9", b"\x80")
    for data in raw:
        path, text = luck.choice(list(FOLDER.items()))
        whole = text.encode()
        at = luck.randrange(20, len(whole))
        yield changed(path, whole[:at] + data + whole[at:], f"bytes {data!r}")
    for code in ("utf-16", "utf-16-le", "utf-32", "cp500"):
        path, text = luck.choice(list(FOLDER.items()))
        yield changed(path, text.encode(code), f"encoding {code}")


def sizes(luck: random.Random) -> Iterator[Case]:
    long = "format: 1\nname: " + "x" * luck.choice((401, 5_000, 100_000)) + "\n"
    many = "".join(f"  q{n}: yes\n" for n in range(luck.choice((300, 30_000))))
    for name, data in {
        "long name": long,
        "two million": "format: 1\nname: N\n# " + "x" * 2_000_001,
        "deep flow": "format: 1\nname: N\nanswers: " + "[" * luck.choice((31, 5000)),
        "deep block": "format: 1\nname: N\nanswers:\n"
        + "".join(" " * n + "a:\n" for n in range(1, luck.choice((40, 1500)))),
        "many keys": f"format: 1\nname: N\nanswers:\n{many}",
        "many nodes": "format: 1\nname: N\nanswers: [" + "a, " * 50_001 + "]",
        "long number": "format: 1\nname: N\nanswers: {legal_form: " + "9" * 10_000 + "}\n",
        "long key": "format: 1\nname: N\n" + "k" * 5_000 + ": x\n",
        "bomb": "format: 1\na: &a [x,x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)),
    }.items():
        yield changed("country.yaml", data, name)
    yield Case(
        "many files",
        {**FOLDER, **{f"agencies/a{n}/profile.yaml": "x" for n in range(400)}},
        3,
        "agencies/a0/profile.yaml",
    )


def dates_and_codes(luck: random.Random) -> Iterator[Case]:
    dates = (
        "2026-02-30", "2026-13-01", "9999-99-99", "0000-01-01", "2026-1-1", "1.1.2026", "today", "-2026-01-01", "20260101",
        "2026-11-23T00:00:00", "２０２６-01-01", "1700-01-01", "12026-01-01", "2026-11-23 extra",
    )  # fmt: skip
    for date in dates:
        for path, key in (
            ("country.yaml", "as_of"),
            ("country.yaml", "    from"),
            ("country.yaml", "  party_iccpr: 1992"),
            ("decisions.yaml", "    date"),
        ):
            text = FOLDER[path]
            number = next(n for n, line in enumerate(text.splitlines()) if line.startswith(key))
            bare = key.partition(":")[0]
            yield changed(path, with_line(text, number, f"{bare}: {date}"), f"date {key.strip()} {date}")
    for path, key, code in (
        ("country.yaml", "  member_eu", "maybe"), ("country.yaml", "  legal_form", "polciy"), ("country.yaml", "packs", "[uu]"),
        ("country.yaml", "  numbering", "decimals"), ("country.yaml", "languages", "[english language]"), ("country.yaml", "languages", "[]"),
        ("agencies/police/profile.yaml", "  kind", "nationl_police"), ("agencies/police/profile.yaml", "  staff_number", "many"),
        ("agencies/police/profile.yaml", "  staff_number", "1e9"), ("agencies/police/profile.yaml", "  staff_number", "-5"),
        ("agencies/police/profile.yaml", "  staff_number", "NaN"), ("agencies/police/readiness.yaml", "  culture_vision", "level_9"),
        ("agencies/police/systems/plates/risk.yaml", "  use", "plate_recogniton"), ("agencies/police/systems/plates/risk.yaml", "  use", "[plate_recognition]"),
        ("decisions.yaml", "  - choose", "log_retentoin"), ("decisions.yaml", "    value", "one_yaer"), ("decisions.yaml", "  - choose", "../../x"),
        ("country.yaml", "format", "2"), ("country.yaml", "format", "one"), ("country.yaml", "name", '""'), ("decisions.yaml", "    reason", '""'),
    ):  # fmt: skip
        text = FOLDER[path]
        number = next(n for n, line in enumerate(text.splitlines()) if line.startswith(key))
        yield changed(path, with_line(text, number, f"{key}: {code}"), f"code {key.strip()} {code}")


def clause_files(luck: random.Random) -> Iterator[Case]:
    here = "clauses/own/own-rule/2026-01-01"

    def case(kind: str, clause: bytes | str = CLAUSE, text: bytes | str = TEXT, told: str = "clause.yaml") -> Case:
        files = {**FOLDER, f"{here}/clause.yaml": clause, f"{here}/en.md": text}
        return Case(f"clause {kind}", files, 3, f"{here}/{told}")

    for number in range(len(CLAUSE.splitlines())):
        line = CLAUSE.splitlines()[number]
        key = line.partition(":")[0]
        yield case(f"type {key}", with_line(CLAUSE, number, f"{key}: {{a: {{b: c}}}}"))
        yield case(f"twice {key}", with_line(CLAUSE, number, lambda old: f"{old}\n{old}"))
        yield case(f"key {key}", with_line(CLAUSE, number, lambda old: f"{old}\n{luck.choice('zqx')}{old}"))
    for kind, extra in {
        "provision": 'cites: ["UDHR 999"]', "instrument": 'cites: ["NOWHERE 1"]', "slot": 'cites: ["slot:nothing"]',
        "condition": "when: country.nothing is yes", "value": "when: country.legal_form is polcy", "grammar": "when: country.legal_form == policy",
        "unanswered": "when: country.legal_form is unanswered", "depth": "when: " + "{all: [" * 40 + "x" + "]}" * 40,
        "scope": "when: system.use is plate_recognition", "code": "when: __import__('os').system('touch canary')",
        "requires": "requires: [no-such-clause]", "supersedes": "supersedes: [no-such-clause]", "role": "owner_role: nobody",
        "strength": "strength: must", "topic": "topic: nowhere", "principle": "principles: [NO.WAY]", "order": "order: many",
    }.items():  # fmt: skip
        key = extra.partition(":")[0]
        kept = "".join(line + "\n" for line in CLAUSE.splitlines() if not line.startswith(key + ":"))
        yield case(kind, f"{kept}{extra}\n")
    texts: dict[str, bytes | str] = {
        "no title": TEXT.partition("\n")[2], "no block": TEXT.replace("## shall", "## should"), "empty": "", "bytes": b"\xff\xfe",
        "control": TEXT.replace("list", "li\u202est"), "unknown name": TEXT.replace("a list", "{{ nothing.here }}"),
        "unclosed": TEXT.replace("a list", "{{ country"),
    }  # fmt: skip
    for kind, text in texts.items():
        yield case(f"text {kind}", CLAUSE, text, "en.md")
    for number, escape in enumerate(ESCAPES):
        yield case(f"escape {number}", CLAUSE, TEXT.replace("a list", escape), "en.md")
    for slug in ("Own Rule", "x" * 57, "own_rule", "-own", "Ünn"):
        files = {**FOLDER, f"clauses/own/{slug}/2026-01-01/clause.yaml": CLAUSE}
        yield Case(f"clause id {slug[:9]}", files, 3, "clauses/own/")
    for date in ("2026-02-30", "latest", "1.1.2026"):
        yield Case(
            f"clause date {date}", {**FOLDER, f"clauses/own/own-rule/{date}/clause.yaml": CLAUSE}, 3, "clauses/own/"
        )


ESCAPES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__.os.popen('touch canary').read() }}",
    "{{ lipsum.__globals__['os'].popen('touch canary').read() }}", "{{ joiner.__init__.__globals__.os.system('touch canary') }}",
    "{{ namespace.__init__.__globals__.os.system('touch canary') }}", "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context.cycler }}", "{{ config.items() }}", "{{ request.application.__globals__ }}",
    "{{ url_for.__globals__ }}", "{{ get_flashed_messages.__globals__ }}", "{{ country.__class__ }}", "{{ country.format.__globals__ }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(country) }}", "{{ '%(x)s'.format_map(country) }}",
    "{{ ('{0.__class__}' | attr('format'))(country) }}", "{{ country | attr('__class__') }}", "{{ country['__class__'] }}",
    "{{ country | attr(['_'*2, 'class', '_'*2] | join) }}", "{{ ''['__cl' ~ 'ass__'] }}", "{{ dict(__class__=1) }}",
    "{{ range(10**9) | list }}", "{{ 'a' * 10**9 }}", "{{ [1, 2, 3] | map(attribute='__class__') | list }}",
    "{{ country | map('format') }}", "{{ ().__class__.__bases__[0].__subclasses__() }}", "{{ {}.__class__ }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}", "{% set x = cycler %}{{ x.__init__ }}",
    "{% include '/etc/passwd' %}", "{% import 'os' as os %}{{ os }}", "{% extends 'x' %}", "{% macro x() %}{% endmacro %}",
    "{% raw %}{{ x }}{% endraw %}", "{% filter upper %}x{% endfilter %}", "{% call x() %}{% endcall %}", "{% do x %}",
    "{# gone #}", "{{ caller() }}", "{{ super() }}", "{{ loop.index }}", "{{ debug() }}", "{{ img.tpl.docx.save('canary') }}",
    "{%- if country -%}x{%- endif -%}", "{{ undefined_thing }}", "{{ country.encode().decode() }}",
)  # fmt: skip
"""Ways out of a template that are known from advisories, and machinery that has no place in a text."""


@functools.cache
def workbook() -> bytes:
    return forms.first_workbook(the_library()[0], "Republic of Example", "en")


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


def locked(data: bytes) -> bytes:
    """Return an archive whose every part claims to be encrypted."""
    raw = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), data):
            struct.pack_into("<H", raw, found.start() + at, raw[found.start() + at] | 1)
    return bytes(raw)


def packages(data: bytes, main: str) -> dict[str, bytes]:
    """Return what can be wrong with a file that is a zip of XML, whatever it holds."""
    parts = parts_of(data)
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "bbbb">]>'
    laughs = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'x'>" + b"".join(
        b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;") for n in range(12)
    )
    doubled = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr(main, parts[main])
    return {
        "cut": data[: len(data) // 2], "empty": b"", "text": b"not a zip", "half header": b"PK\x03\x04", "locked": locked(data),
        "bomb": zipped({**parts, "x/bomb.xml": b" " * 60_000_000}), "many parts": zipped({**parts, **{f"x/{n}.xml": b"<x/>" for n in range(2100)}}),
        "entity": zipped({**parts, main: entity + parts[main].partition(b"?>")[2]}), "laughs": zipped({**parts, main: laughs + b"]><x>&a11;</x>"}),
        "twice": doubled.getvalue(), "bad xml": zipped({**parts, main: parts[main][:-30]}), "utf-16": zipped({**parts, main: parts[main].decode().encode("utf-16")}),
        "no main": zipped({n: d for n, d in parts.items() if n != main}), "flipped": data[:200] + bytes([data[200] ^ 255]) + data[201:],
    }  # fmt: skip


def workbooks(luck: random.Random) -> Iterator[Case]:
    book, rows = workbook(), rows_by_ref(workbook())

    def case(kind: str, data: bytes) -> Case:
        return Case(f"workbook {kind}", {"country.yaml": "format: 1\nname: N\n", "first.xlsx": data}, 3, "first.xlsx")

    library, _ = the_library()
    closed = [r for r in rows if library.questions[r].type in ("choice", "scale")]
    for ref in luck.sample(closed, min(12, len(closed))):
        cell = f"B{rows[ref]}"
        wrong = luck.choice(("Perhaps", "Yess", "=1", "0", "yes and no", "x" * 3000, "<b>Yes</b>", "{{ x }}"))
        yield case(f"out of list {ref}", refilled(book, {cell: wrong}))
    for kind, raw in {
        "formula": '><f>HYPERLINK("https://example.org")</f><v>1</v></c>', "error": ' t="e"><v>#REF!</v></c>',
        "shared": ' t="s"><v>99999</v></c>', "dde": "><f>cmd|' /C calc'!A0</f></c>",
    }.items():  # fmt: skip
        yield case(kind, refilled(book, {}, {f"B{rows[closed[0]]}": raw}))
    for kind, data in packages(book, "xl/workbook.xml").items():
        yield case(kind, data)
    for kind in ("\u202e", "\u0085", "\u200b"):
        text = next(r for r in rows if library.questions[r].type == "text")
        yield case(f"character {ord(kind):04X}", refilled(book, {f"B{rows[text]}": f"a{kind}b"}))


def mappings(luck: random.Random) -> Iterator[Case]:
    text = MAPPING.read_text("utf-8")
    words = ("read", str(CUT), "--to", "{here}/out", "--mapping", "{here}/in/m.yaml")
    found = text.splitlines()
    numbers = [n for n in lines_of(text) if re.match(r"\s*[a-z_]+: *[^\s{>|]", found[n]) and "#" not in found[n]]
    for number in luck.sample(numbers, 24):
        new = luck.choice(
            (
                lambda old: old.partition(":")[0] + ": {a: {b: [c]}}",
                lambda old: f"{old}\n{old}",
                lambda old: f"zqx{old.strip(' -')}\n{old}" if old[0] == " " else f"zqx{old}",
            )
        )
        yield Case(f"mapping {number}", {"m.yaml": with_line(text, number, new)}, 4, "m.yaml", words)
    for kind, data in {
        "empty": b"", "bytes": b"\xff", "alias": b"format: &a 1\nid: *a\n", "encoding": text.replace("encoding: ", "encoding: x-", 1).encode(),
        "list": b"- a\n- b\n", "text": b"words", "big": b"# " + b"x" * 2_000_001,
    }.items():  # fmt: skip
        yield Case(f"mapping {kind}", {"m.yaml": data}, 4, "m.yaml", words)
    built_in = ("read", "{here}/in/t.csv", "--to", "{here}/out", "--mapping", "us-ai-inventory-2024")
    table = CUT.read_bytes()
    for kind, data in {
        "empty": b"", "headless": table.partition(b"\n")[2], "another table": b"a,b\n1,2\n", "nul": table[:500] + b"\0" + table[500:],
        "utf-16": table.decode("utf-8", "replace").encode("utf-16"),
    }.items():  # fmt: skip
        yield Case(f"table {kind}", {"t.csv": data}, 3, "t.csv", built_in)


@functools.cache
def template() -> dict[str, bytes]:
    folder = ROOT / "templates" / "styles" / "standard"
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def in_template(change: Callable[[dict[str, bytes]], None]) -> dict[str, bytes]:
    parts = parts_of(template()["template.docx"])
    change(parts)
    return {**template(), "template.docx": zipped(parts)}


def typed(words: str, part: str = "word/document.xml") -> Callable[[dict[str, bytes]], None]:
    """Return a change that types words into a new paragraph of a part."""

    def change(parts: dict[str, bytes]) -> None:
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").encode()
        new = b'<w:p><w:r><w:t xml:space="preserve">near ' + escaped + b" here</w:t></w:r></w:p>"
        root = b"<w:body>" if part.endswith("document.xml") else re.findall(rb"<w:(?:hdr|ftr)[^>]*>", parts[part])[0]
        parts[part] = parts[part].replace(root, root + new, 1)

    return change


def renamed(style: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        old = f'w:val="{style}"'.encode()
        assert old in parts["word/styles.xml"], style
        parts["word/styles.xml"] = parts["word/styles.xml"].replace(old, b'w:val="Another"', 1)

    return change


CHECK = ("check", "{here}/in")


def templates(luck: random.Random) -> Iterator[Case]:
    for number, escape in enumerate(ESCAPES):
        part = luck.choice(("word/document.xml", "word/header1.xml", "word/footer1.xml"))
        yield Case(f"template escape {number}", in_template(typed(escape, part)), 4, "template.docx", CHECK)
    for kind, data in packages(template()["template.docx"], "word/document.xml").items():
        if kind == "utf-16":  # an encoding that the format allows
            continue
        yield Case(f"template {kind}", {**template(), "template.docx": data}, 4, "template.docx", CHECK)
    brand = template()["brand.yaml"].decode()
    numbers = [
        n
        for n in lines_of(brand)
        if brand.splitlines()[n].partition(":")[2].strip() and "#" not in brand.splitlines()[n][:3]
    ]
    for number in luck.sample(numbers, min(6, len(numbers))):
        data = with_line(brand, number, lambda old: old.partition(":")[0] + ": [&a x, *a]").encode()
        yield Case(f"brand {number}", {**template(), "brand.yaml": data}, 4, "brand.yaml", CHECK)


def paths(luck: random.Random) -> Iterator[Case]:
    for bad in PATHS:
        where = bad.replace("\n", "%0A")[:9]
        form = {**FOLDER, "new.yaml": RISK}
        if bad not in (
            ".hidden",
            "*",
            "?",
            "--out",
            "~",
            "~root",
            "$HOME",
            "`id`",
            "x ",
            " x",
            "x.",
            "x:stream",
            "./x",
        ):
            words = ("read", "{here}/in/new.yaml", "--to", "{here}/in", "--as", f"agencies/{bad}/profile.yaml")
            yield Case(f"path as {where}", form, 3, "", words)
        if "/" not in bad and bad not in (".", "..") and not bad.startswith(".") and len(bad) < 200:
            yield Case(f"path folder {where}", {**FOLDER, f"agencies/{bad}/profile.yaml": PROFILE}, 3, "agencies/")
        if luck.random() < 0.2:
            yield Case(f"path clause {where}", FOLDER, 3, "in", ("why", "{here}/in", f"x/{bad}"))
        words = ("read", str(CUT), "--to", "{here}/out", "--mapping", f"no-such/{bad}")
        yield Case(f"path mapping {where}", {}, 3, "no-such/", words)
        if "\n" not in bad:
            style = FOLDER["country.yaml"].replace("style: standard", f"style: '{bad}'")
            yield Case(f"path style {where}", {**FOLDER, "country.yaml": style}, 4, "")
    for name, target in {"country.yaml": "/etc/passwd", "agencies/police/profile.yaml": "../../country.yaml"}.items():
        files = {n: d for n, d in FOLDER.items() if n != name}
        yield Case(f"link {name}", files, 3, name, links={name: target})
    for name, target in {
        "agencies/loop": "..",
        "agencies/away": "/etc",
        "clauses": "/",
        "notes.txt": "/nowhere",
    }.items():
        yield Case(f"link {name}", FOLDER, 3, name, links={name: target})


GENERATORS = (
    wrong_types, unknown_keys, twice, yaml_machinery, characters, sizes, dates_and_codes, clause_files, workbooks, mappings,
    templates, paths,
)  # fmt: skip


def cases(maker: Callable[[random.Random], Iterator[Case]]) -> list[Case]:
    return [case for n in range(ROUNDS) for case in maker(random.Random(f"{maker.__name__} {n}"))]


def complaints(case: Case, folder: Path) -> list[str]:
    """Return what is wrong with how the command took a hostile input."""
    folder.mkdir()
    put(folder / "in", case.files)
    for name, target in case.links.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    before, around = tree(folder), {p.name for p in folder.parent.iterdir()}
    start = time.perf_counter()
    ran = run(*(w.replace("{here}", str(folder)) for w in case.words), at=folder)
    spent = time.perf_counter() - start
    found = []
    if ran.code != case.code:
        found.append(f"exit {ran.code} instead of {case.code}")
    if "fix:" not in ran.err:
        found.append("no repair")
    if case.told not in ran.err:
        found.append(f"{case.told} is not named")
    if "Traceback" in ran.err or "not your fault" in ran.err:
        found.append("taken for a bug")
    if tree(folder) != before or {p.name for p in folder.parent.iterdir()} != around:
        found.append("something was written")
    if spent > LONGEST:
        found.append(f"{spent:.1f} s")
    if any(not c.isprintable() and c != "\n" for c in ran.err):
        found.append("control characters on the screen")
    if max(map(len, ran.err.splitlines()), default=0) > 1200:
        found.append("a line without end")
    return [f"{case.name}: {'; '.join(found)}\n    {ran.err[:300]}"] if found else []


@pytest.mark.parametrize("maker", GENERATORS, ids=lambda m: m.__name__)
def test_every_hostile_input_is_refused_in_words(
    maker: Callable[[random.Random], Iterator[Case]], tmp_path: Path
) -> None:
    found = [c for n, case in enumerate(cases(maker)) for c in complaints(case, tmp_path / str(n))]
    assert found == [], f"{len(found)} of {len(cases(maker))}\n" + "\n".join(found[:40])
    assert not list(tmp_path.rglob("canary"))


def test_there_are_enough_inputs_and_the_sound_ones_are_taken(tmp_path: Path) -> None:
    assert sum(len(cases(maker)) for maker in GENERATORS) >= 300
    sound = Case("sound", FOLDER, 0, "")
    put(tmp_path / "in", sound.files)
    ran = run(*(w.replace("{here}", str(tmp_path)) for w in sound.words))
    assert ran.code == 0, ran.err
    here = "clauses/own/own-rule/2026-01-01"
    put(tmp_path / "in", {f"{here}/clause.yaml": CLAUSE, f"{here}/en.md": TEXT})
    ran = run("check", tmp_path / "in")
    assert ran.code == 0, ran.err
    put(tmp_path / "style", template())
    ran = run("check", tmp_path / "style")
    assert ran.code == 0, ran.err
    put(tmp_path / "book", {"country.yaml": "format: 1\nname: N\n", "first.xlsx": workbook()})
    assert run("check", tmp_path / "book").code == 0


@pytest.mark.parametrize("style", ["heading 1", "heading 2", "Clause Text", "Table Head", "Box Text"])
def test_a_template_without_a_style_is_told_which(style: str, tmp_path: Path) -> None:
    parts = parts_of(template()["template.docx"])
    names = {n.decode().lower(): n.decode() for n in re.findall(rb'<w:name w:val="([^"]+)"', parts["word/styles.xml"])}
    assert style.lower() in names
    put(tmp_path / "house", in_template(renamed(names[style.lower()])))
    ran = run("check", tmp_path / "house", "--strict")
    assert ran.code == 4
    assert "template.docx" in ran.err
    assert style.lower() in ran.err.lower()
    assert "fix:" in ran.err


@pytest.mark.parametrize("part", ["word/document.xml", "word/header1.xml", "word/footer1.xml"])
@pytest.mark.parametrize(
    ("tag", "meant"),
    [("{{ cover.titel }}", "cover.title"), ("{{ ministry.name }}", ""), ("{{ wrods.page }}", "words.page")],
)
def test_a_placeholder_that_nobody_fills_is_told_with_part_and_words_near(
    part: str, tag: str, meant: str, tmp_path: Path
) -> None:
    put(tmp_path / "house", in_template(typed(tag, part)))
    ran = run("check", tmp_path / "house")
    assert ran.code == 4
    assert f"{part}" in ran.err
    assert "template.docx" in ran.err
    assert "near" in ran.err
    assert tag in ran.err
    assert f"did you mean {meant}?" in ran.err if meant else "fix:" in ran.err


def test_escapes_given_as_data_print_and_do_nothing(tmp_path: Path) -> None:
    assert len(ESCAPES) >= 40
    agencies = {
        f"agencies/a{n:02}/profile.yaml": "format: 1\nname: '" + e.replace("'", "''") + "'\n"
        for n, e in enumerate(ESCAPES)
    }
    put(tmp_path / "in", {"country.yaml": COUNTRY, **agencies})
    ran = run(
        "draft", tmp_path / "in", "--document", "guidelines", "--format", "docx", "--out", tmp_path / "out", at=tmp_path
    )
    assert ran.code == 0, ran.err
    said = set(lines(next((tmp_path / "out").rglob("guidelines.en.docx")).read_bytes()))
    assert [e for e in ESCAPES if e not in said] == []
    assert not list(tmp_path.rglob("canary"))


def test_the_sandbox_is_one_without_known_holes() -> None:
    assert tuple(int(n) for n in metadata.version("jinja2").split(".")[:3]) >= (3, 1, 6)


def test_drafting_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from Python nor from the compiler of the PDF, whose fetching would go through the proxy named here."""
    callers: list[str] = []

    def refused(*words: object, **_: object) -> None:
        callers.append(repr(words[1:]))
        raise OSError("no network here")

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)
        seen: list[object] = []
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                try:
                    with listening.accept()[0] as asked:
                        asked.settimeout(1)
                        if request := asked.recv(200):  # whoever asks a proxy for something says what
                            seen.append(request)
                except TimeoutError:
                    continue

        watcher = threading.Thread(target=watch)
        watcher.start()
        for name in ("connect", "connect_ex", "sendto"):
            monkeypatch.setattr(socket.socket, name, refused)
        monkeypatch.setattr(socket, "getaddrinfo", refused)
        name = '#import "@preview/cetz:0.3.0": *'
        folder = copied("tembala", tmp_path, {"agencies/police-service/profile.yaml": ("name: ", f"name: '{name}' #")})
        formats = [w for f in ("docx", "pdf", "html", "odt", "md") for w in ("--format", f)]
        ran = run("draft", folder, "--document", "guidelines", *formats, "--out", tmp_path / "out")
        stop.set()
        watcher.join()
    assert ran.code == 0, ran.err
    assert (callers, seen) == ([], [])
    assert any(name in line for line in lines(next((tmp_path / "out").rglob("*.docx")).read_bytes()))


def unbounded(schema: Mapping[str, Any], root: Mapping[str, Any], path: str, seen: frozenset[str]) -> Iterator[str]:
    """Yield where a JSON schema lets a text, a list or a mapping grow without end."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from unbounded(root["$defs"][name], root, path, seen | {name})
        return
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from unbounded(part, root, path, seen)
    match schema.get("type"):
        case "string" if not {"maxLength", "const", "enum"} & set(schema):
            yield path
        case "array":
            if "maxItems" not in schema:
                yield path
            for part in (*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else ())):
                yield from unbounded(part, root, f"{path}[]", seen)
        case "object":
            if "properties" not in schema and "maxProperties" not in schema:
                yield path
            inner = schema.get("additionalProperties")
            if isinstance(inner, Mapping):
                yield from unbounded(inner, root, f"{path}{{}}", seen)
            for name, part in schema.get("properties", {}).items():
                yield from unbounded(part, root, f"{path}.{name}", seen)


def test_nothing_in_a_country_folder_or_mapping_may_grow_without_end() -> None:
    shapes = [s for s in vars(formats).values() if isinstance(s, type) and issubclass(s, Shape) and s is not Shape]
    assert len(shapes) > 15
    schemas = {s.__name__: s.model_json_schema() for s in shapes}
    assert [u for name, schema in schemas.items() for u in unbounded(schema, schema, name, frozenset())] == []
    assert all(s.model_config.get("extra") == "forbid" and s.model_config.get("allow_inf_nan") is False for s in shapes)


@pytest.mark.parametrize(
    "name", ["=1+1", "+1+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("https://example.org")']
)
def test_no_name_becomes_a_formula_in_a_workbook(name: str, tmp_path: Path) -> None:
    assert run("start", "--out", tmp_path / "new", "--", name).code == 0
    parts = parts_of((tmp_path / "new" / "first-questions.xlsx").read_bytes())
    sheets = [data for part, data in parts.items() if part.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any(re.search(rb"<f[ >]", data) for data in sheets)
    assert (
        name.encode().replace(b'"', b"&quot;") in parts["xl/sharedStrings.xml"]
        or name.encode() in parts["xl/sharedStrings.xml"]
    )
    assert not any(b'TargetMode="External"' in data for data in parts.values())


def test_each_file_is_read_once_and_what_was_read_is_what_was_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file changes on the disk as soon as it has been read; the version tells only of what was read first."""
    folder = copied("tembala", tmp_path)
    first = tree(folder)
    whole, reads = Path.read_bytes, []

    def swapping(path: Path) -> bytes:
        data = whole(path)
        if folder in path.parents:
            reads.append(path)
            path.write_bytes(data + b"\n# another hand was here\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", swapping)
    ran = run("draft", folder, "--document", "brief", "--format", "docx", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert sorted(reads) == sorted(folder / name for name in first)
    made = version(tmp_path / "out", "tembala", "brief")
    monkeypatch.undo()
    assert {n.removeprefix("intake/"): d for n, d in tree(made).items() if n.startswith("intake/")} == first
    receipt = json.loads((made / "receipt.json").read_bytes())
    assert receipt["intake"] == {n: hashlib.sha256(d).hexdigest() for n, d in first.items()}
