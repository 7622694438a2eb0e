"""Guides for Neo4j Browser, read the way that Browser reads them."""

import re
from html.parser import HTMLParser

import pytest
from drawn_workspace import HOSTILE, RING_ID

from ringfinder.cases.guide import general_guide, inert, ring_guide, style_sheet, user_guide
from ringfinder.cases.sweep_record import last_sweep
from ringfinder.graph.neo4j.literal import literal
from ringfinder.pipeline.investigate import investigate
from ringfinder.store.workspace import Workspace

STYLE = "http://localhost:1234/ringfinder.grass"
# What Browser does to the text of a guide before it becomes a page.
CUTS = (
    (r"(\s+(on[^\s=]+)[^\s=]*\s*=\s*(\"[^\"]*\"|'[^']*'|[\w\-.:]+\s*))", re.IGNORECASE),
    (r"<script\b[^<]*(?:(?!<\/script>)<[^<]*)*(<\/script>)?", re.IGNORECASE),
    (r"href=\".*javascript:[^\"]*\"", 0),
    (r"href='.*javascript:[^']*'", 0),
)
NASTY = (
    "x onerror=alert(1) y",
    "<script>alert(1)</script>",
    "</a><img src=x onerror='alert(1)'>",
    'a\' onclick="alert(1)"',
    "{{ 7 * 7 }}",
    "\\u0022\\",
    "&amp;#60;",
    "\U0001f600 用户\n\t\u202e",
)


class Page(HTMLParser):
    """The elements of a page, its texts, and what its questions put into the editor."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.asked, self.run = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add((tag, tuple(sorted(name for name, _ in attrs))))
        held = dict(attrs)
        self.asked += [held["data-populate"]] if "data-populate" in held else []
        self.run += [held["data-exec"]] if "data-exec" in held else []

    def handle_data(self, data):
        self.words.append(data.strip())


OURS = {
    ("article", ("class",)),
    ("carousel", ("class",)),
    ("slide", ("class",)),
    ("div", ("class",)),
    ("h3", ()),
    ("p", ()),
    ("p", ("class", "data-exec")),
    ("a", ("data-exec",)),
    ("a", ("data-populate",)),
}


def seen(text):
    for pattern, flags in CUTS:
        assert not re.search(pattern, text, flags)
    page = Page(text)
    assert page.tags == OURS
    assert page.run == [f"style {STYLE}", "config autoComplete: false", f"style {STYLE}"]
    return page


@pytest.mark.parametrize("name", NASTY)
def test_words_come_through_browsers_own_cleaning(name):
    text = str(inert(f"a {name} b"))
    for pattern, flags in CUTS:
        assert not re.search(pattern, text, flags)
    assert Page(f"<p>{text}</p>").words == [f"a {name} b".strip()]
    assert Page(f'<a data-populate="{text}"></a>').asked == [f"a {name} b"]


def test_a_members_case_draws_its_ring_first_and_says_the_verdict(drawn):
    case = investigate(Workspace(drawn[0]), "ring03", as_of=None, html=None)
    page = seen(user_guide(case, style=STYLE))
    assert page.words[page.words.index("User ring03") + 2] == case.verdict[0]
    assert f'ring_id: ("{RING_ID}")' in page.asked[0]
    assert "How does this ring hang together? (ring r_0123456789ab)" in page.words
    assert any(words.startswith("flash sale: ruled out") for words in page.words)
    assert sum("FIRST" in asked for asked in page.asked) == 2
    assert any('(device:Device {id: ("farm-phone")})' in asked for asked in page.asked)
    assert not any("$" in asked for asked in page.asked)


def test_a_user_in_no_ring_is_shown_with_what_is_around(drawn):
    case = investigate(Workspace(drawn[0]), "user000100", as_of=None, html=None)
    page = seen(user_guide(case, style=STYLE))
    assert case.ring is None
    assert '(user:User {id: ("user000100")})' in page.asked[0]
    assert not any("Ring {ring_id" in asked for asked in page.asked)


def test_hostile_ids_stay_words(drawn):
    case = investigate(Workspace(drawn[0]), HOSTILE, as_of=None, html=None)
    page = seen(user_guide(case, style=STYLE))
    assert any(literal(HOSTILE) in asked for asked in page.asked)
    assert not any("\x1b" in words or "\u202e" in words for words in page.words)
    line = last_sweep(Workspace(drawn[0]).sweeps).ring(RING_ID)
    hostile = {**line, "evidence": [{**line["evidence"][0], "text": HOSTILE}]}
    seen(ring_guide(hostile, style=STYLE))


def test_the_general_guide_asks_all_questions():
    page = seen(general_guide({"ring": HOSTILE, "user": "u_1"}, style=STYLE))
    assert len(page.asked) == 21
    assert page.asked[0] == f':param ring => {literal(HOSTILE)};\n:param user => "u_1"'
    assert "Who else used this ip that day? ($ip, $day)" in page.words
    assert "Which devices have more than one user?" in page.words


def test_a_literal_is_one_plain_line_without_what_browser_splits_at():
    for name in (*NASTY, HOSTILE, "a;b", "$x", "//"):
        text = literal(name)
        assert text.isascii()
        assert text.isprintable()
        assert not re.search(r"[;$'/`{}()<>=]", text)


def test_the_style_can_be_read_by_browser():
    sheet = style_sheet(["bank_card"])
    rules = re.findall(r"([\w.]+) \{\n((?:  [a-z-]+: (?:\"[^\"]*\"|[^;\"]+);\n)+)\}\n", sheet)
    assert "".join(f"{name} {{\n{body}}}\n" for name, body in rules) == sheet
    for _, body in rules:
        for line in body.splitlines():
            assert line.count(":") == 1, "Browser drops what has a second colon"
            assert line.count(";") == 1
    names = [name for name, _ in rules]
    assert {"node.User", "node.Ring", "node.Order", "node.Evidence", "node.BankCard"} <= set(names)
    assert "relationship.USED_BANK_CARD" in names
