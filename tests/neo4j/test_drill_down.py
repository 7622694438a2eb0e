"""One link opens a case in Neo4j Browser: a real Chromium, a real server, clicks as a person's."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from random_world import World, put

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.cli import looking
from ringfinder.cli.app import run
from ringfinder.errors import InputError
from ringfinder.graph.neo4j.connection import connected
from ringfinder.graph.neo4j.kit_process import serving
from ringfinder.pipeline.drill_down import general_link, link_to, stop_kit
from ringfinder.pipeline.investigate import case_source
from ringfinder.store.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))

from drawn_workspace import HOSTILE, RING, RING_ID, draw

WORDS = {"x": 120, "y": 9}
"""Where the words of a question are, right of the sign that runs it."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def workspace(server, tmp_path_factory):
    """A drawn workspace whose log and sweep are in the graph; its kit's server ends with it."""
    root = tmp_path_factory.mktemp("drilled")
    snapshot = draw(root)
    with connected(server) as graph:
        graph.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        put(graph, World(snapshot, last_sweep(root / "sweeps"), []))
    yield Workspace(root)
    stop_kit(Workspace(root))


@pytest.fixture
def opened(monkeypatch):
    """What the command would have opened."""
    links = []
    monkeypatch.setattr(looking.webbrowser, "open", links.append)
    return links


@pytest.fixture
def command(workspace, server, monkeypatch, tmp_path):
    """Run a command line with the server configured as a user would do it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RINGFINDER_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", server.uri)
    monkeypatch.setenv("RINGFINDER_NEO4J_PASSWORD", server.password)
    return lambda *arguments: run(arguments)


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def profile(chromium, server, workspace):
    """A browser profile in which the password has been typed once."""
    context = chromium.new_context(viewport={"width": 1500, "height": 950})
    page = context.new_page()
    page.goto(general_link(workspace, server))
    page.locator("input[type=password]").fill(server.password)
    page.keyboard.press("Enter")
    kept = "localStorage['neo4j.connections'] || ''"
    while '"connectionState":1' not in page.evaluate(kept):
        page.wait_for_timeout(50)
    page.close()
    yield context
    context.close()


@pytest.fixture
def go(profile, monkeypatch):
    """Open a link; note every dialog, which no id may bring up."""
    page = profile.new_page()
    trouble = []
    page.on("dialog", lambda dialog: trouble.append(dialog.message) or dialog.dismiss())

    def open_link(link):
        page.goto(link)
        page.locator("[data-populate]").first.wait_for()
        page.locator("[data-testid=activeEditor]").get_by_text("neo4j$").wait_for()
        return page

    yield open_link
    page.close()
    assert trouble == []


def guide_of(page):
    return page.locator("[data-testid=guidesDrawer]")


def run_first_question(page):
    """Click the words of the first question, which also loads the colours, and run it."""
    page.locator("[data-populate]").first.click(position=WORDS)
    page.locator("[data-testid=frameCommand]").get_by_text(":style").wait_for()
    page.locator("[data-testid=editor-Run]").click()
    return drawn(page)


def drawn(page):
    page.get_by_text("Displaying").first.wait_for()
    page.locator("svg g.node text.caption").first.wait_for()
    return page.locator("svg g.node")


def caption(node):
    return " ".join(" ".join(node.locator("text.caption").all_text_contents()).split())


@needs_chromium
def test_one_link_draws_the_users_ring_without_typing(command, opened, chromium, server, capsys):
    assert command("investigate", "ring03", "--browser") == 0
    (link,) = opened
    assert capsys.readouterr().out.endswith(f"Neo4j Browser: {link}\n")
    page = chromium.new_page(viewport={"width": 1500, "height": 950})
    page.goto(link)
    told = guide_of(page).inner_text()
    assert "User ring03 is suspicious: score 0.93, rank 5 of 248 users." in told
    assert "Ring 1 (8 users), as core: 5 other members hold device farm-phone." in told
    page.locator("input[type=password]").fill(server.password)  # once in a browser's life
    page.keyboard.press("Enter")
    page.get_by_text("You are connected as user").wait_for()
    nodes = run_first_question(page)
    captions = {caption(node) for node in nodes.all()}
    assert "Ring 1 8 users" in captions
    assert {"farm-phone 6 user(s)", "carrier-nat 88 user(s)"} <= captions, "a hub is one node"
    assert set(RING[:7]) <= captions
    assert nodes.count() == 1 + 8 + 4 + 1 + 1 + 1 <= 100
    _readable(nodes)
    page.close()


@needs_chromium
def test_only_what_is_asked_for_is_drawn_once_browser_is_told_so(command, opened, go):
    assert command("investigate", "ring03", "--browser") == 0
    page = go(opened[0])
    for number, once in enumerate(page.get_by_text("Once in this").locator("i").all(), start=1):
        once.click()
        page.locator("[data-testid=frameCommand]").nth(number - 1).wait_for()
    page.locator("[data-populate] i").first.click()
    shown = page.get_by_text("Displaying 16 nodes, 62 relationships.")
    shown.wait_for()
    drawn(page)
    assert page.locator("svg g.relationship").count() == 8 + 6 + 8 * 6


BOXES = """nodes => {
  const box = (one) => one.getBoundingClientRect().toJSON();
  return nodes.map((node) => ({
    circle: box(node.querySelector("circle.b-outline")),
    lines: [...node.querySelectorAll("text.caption")]
      .filter((line) => line.textContent.trim())
      .map(box),
  }));
}"""


def _readable(nodes):
    """Every caption lies inside its node, in letters that are no smaller than an eighth of it.

    All boxes are taken at one instant: the drawing may still be zooming.
    """
    for node in nodes.evaluate_all(BOXES):
        circle = node["circle"]
        for line in node["lines"]:
            assert line["x"] >= circle["x"] - 1
            assert line["x"] + line["width"] <= circle["x"] + circle["width"] + 1
            assert line["height"] >= circle["height"] / 8


@needs_chromium
def test_a_hostile_id_is_a_word_in_the_guide_and_a_value_in_the_query(command, opened, go):
    assert command("investigate", HOSTILE, "--browser") == 0
    page = go(opened[0])
    assert "User <img src=x onerror" in guide_of(page).inner_text()
    assert guide_of(page).locator("img").count() == 0
    page.get_by_text("Next", exact=True).click()
    page.locator("[data-testid^=pagination]").last.click()
    page.get_by_text("What did this user order, in time?").locator("i").click()
    page.get_by_text("own-phone-7").first.wait_for()
    assert page.get_by_text("Started streaming 12 records").count() == 1


@needs_chromium
def test_a_user_in_no_ring_is_drawn_with_its_hub_collapsed(go, server, workspace):
    page = go(link_to(workspace, server, "user000099"))
    assert "is not suspicious" in guide_of(page).inner_text()
    nodes = run_first_question(page)
    captions = {caption(node) for node in nodes.all()}
    assert {"user000099", "carrier-nat 88 user(s)"} <= captions
    assert nodes.count() <= 100
    users = [one for one in captions if one.startswith("user0")]
    assert len(users) < 40, "nobody is drawn because of the carrier's address alone"


@needs_chromium
def test_the_questions_are_asked_by_a_click(go, server, workspace):
    page = go(general_link(workspace, server))
    page.get_by_text("Set what the questions are about").locator("i").click()
    page.get_by_text(f'"{RING_ID}"').first.wait_for()
    page.get_by_title("Status: success").nth(5).wait_for()
    page.locator("[data-testid^=pagination]").nth(4).click()
    page.get_by_text("Who holds this device? ($device)").locator("i").click()
    captions = {caption(node) for node in drawn(page).all()}
    assert captions == {"farm-phone 6 user(s)", *RING[:6]}


def test_no_password_is_in_a_link_a_page_or_a_process(command, opened, server, workspace, capsys):
    assert command("investigate", "ring03", "--browser", "--json") == 0
    assert command("graph", "open", RING_ID) == 0
    assert command("graph", "open") == 0
    told = capsys.readouterr()
    assert len(set(opened)) == 3
    kit = workspace.root / "kit"
    pages = [path.read_text(errors="replace") for path in kit.iterdir()]
    process = psutil.Process(serving(kit).pid)
    places = (told.out, told.err, *opened, *pages, *process.cmdline(), *process.environ().values())
    assert not [place for place in places if server.password in place]


def test_a_case_that_the_graph_does_not_hold_is_refused(command, opened, server, capsys):
    with connected(server) as graph:
        graph.run("MATCH (sweep:Sweep) SET sweep.id = 's9'")
        try:
            assert command("investigate", "ring03", "--browser") == InputError.exit_code
        finally:
            graph.run("MATCH (sweep:Sweep) SET sweep.id = 's1'")
    assert "ringfinder graph load" in capsys.readouterr().err
    assert opened == []


def test_an_unknown_user_and_a_server_that_is_away_are_told(command, opened, capsys, monkeypatch):
    assert command("graph", "open", "nobody") == 2
    monkeypatch.setenv("RINGFINDER_NEO4J_URI", "bolt://127.0.0.1:1")
    assert command("investigate", "ring03", "--browser") == 3
    assert command("graph", "open") == 3
    assert command("graph", "kit") == 3
    assert opened == []
    assert capsys.readouterr().err.count("error:") == 4


def test_the_kit_is_served_in_the_foreground_until_interrupted(command, server, workspace):
    general_link(workspace, server)
    apart = serving(workspace.root / "kit")
    arguments = [sys.executable, "-m", "ringfinder", "graph", "kit"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            link = process.stdout.readline().strip().removeprefix("Neo4j Browser: ")
            assert link.endswith(f"&arg=http://localhost:{apart.port}/guide.html")
            state = serving(workspace.root / "kit")
            assert (state.pid, state.port) == (process.pid, apart.port)
            with urlopen(link.rpartition("arg=")[2]) as answer:  # noqa: S310 - our own http link
                assert b"Ask the shared graph" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert serving(workspace.root / "kit") is None


def test_the_case_of_a_user_in_no_ring_holds_its_orders_in_time(server, workspace):
    chain = (
        "MATCH (:Case {user: 'user000098'})-[:FIRST]->(first:Order) "
        "MATCH (first)-[:NEXT*0..99 {ring: 'case/user000098'}]->(order) "
        "RETURN order.id AS id, order.ts AS ts, order.user AS user"
    )
    for _ in ("once", "again"):
        link_to(workspace, server, "user000098")
        with connected(server) as graph:
            orders = graph.run(chain)
        with case_source(workspace, as_of=None, address=None) as source:
            shown, number = source.happenings(source.standing("user000098"), None, limit=99)
        assert [one["id"] for one in orders] == [one.event_id for one in shown]
        assert number == len(orders) > 1
        assert [one["ts"] for one in orders] == sorted(one["ts"] for one in orders)


def test_a_graph_that_holds_nothing_yet_can_be_opened(server, tmp_path, graph):
    empty = Workspace(tmp_path / "empty")
    assert "cmd=guide" in general_link(empty, server)
    stop_kit(empty)
