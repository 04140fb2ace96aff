"""The rules of the house: what every stored notebook keeps so that it can be believed.

They are about truth (executed, compared, linked, judged by an assertion) and size. How a lesson is
built and how it sounds is for its readers to say.

A rule is a generator of complaints; each says where it hurts and what to do. Below the rules stands
for each of them a notebook that breaks it, because a rule that cannot fail protects nothing.
"""

import ast
import copy
import re
import sys
import urllib.parse
from functools import cached_property, lru_cache

from course_tools.run import NOTEBOOKS, ROOT, normalise, personal_path
from course_utils.claims import CLAIMS

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns

LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
SOLUTIONS = sorted(NOTEBOOKS.glob("solutions/*.ipynb"))
EXERCISES = sorted(NOTEBOOKS.glob("exercises/*.ipynb"))

# 00 is the map and 17 the ledger; the lessons between them train, and have exercises.
TEMPLATE = [f"{number:02d}" for number in range(1, 17)]
JUDGED = {
    "01": ["C01"],
    "02": ["C02", "C03", "C21"],
    "03": ["C05"],
    "05": ["C04"],
    "07": ["C19"],
    "08": ["C06"],
    "09": ["C07", "C08", "C09", "C10", "C11"],
    "10": ["C12", "C13", "C22"],
    "11": ["C14", "C15", "C16"],
    "12": ["C17", "C18"],
    "13": ["C20"],
    "14": ["C23"],
    "17": ["C21"],
}

LONGEST_OUTPUT = 30  # lines
LARGEST_FILE = 1_000_000  # bytes
COMPARED = 2 / 3

IMAGES = ("image/png", "image/jpeg", "image/svg+xml")
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}
WIDGET = re.compile(r"^\w+\(.*\b(children|layout|description|value)=")


class Page:
    """A stored notebook and what the rules ask of it.

    Args:
        path: where it is stored; links are resolved from there.
        text: the file's content.
    """

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.notebook = nbformat.reads(text, as_version=4)
        self.cells = self.notebook.cells
        self.code = [cell for cell in self.cells if cell.cell_type == "code"]
        self.number = path.name[:2]

    def where(self, cell):
        """Return how a person finds the cell."""
        first_line = cell.source.strip().split("\n")[0][:60]
        return f"cell {self.cells.index(cell) + 1} of {len(self.cells)} ({first_line!r})"

    @cached_property
    def headings(self):
        """(level, text, position of its cell) of all headings."""
        found = []
        for position, cell in enumerate(self.cells):
            if cell.cell_type == "markdown":
                for line in without_code(cell.source).split("\n"):
                    if match := re.match(r"(#{1,6})\s+(.+?)\s*$", line):
                        found.append((len(match[1]), match[2], position))
        return found

    @cached_property
    def imports(self):
        """(cell, names of the modules it imports, in order) of the cells that import anything."""
        found = []
        for cell in self.code:
            tree = ast.parse(TransformerManager().transform_cell(cell.source))
            names = []
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names += [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names.append(node.module)
            if names:
                found.append((cell, names))
        return found


def without_code(markdown):
    """Return the text without fenced blocks, code spans and mathematics."""
    markdown = re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", "", markdown, flags=re.DOTALL)


def shown_text(output):
    """Return the text that a reader sees of an output, "" for a picture."""
    if "data" not in output:
        return output.get("text", "")
    if any(mime in output.data for mime in (*IMAGES, "text/html", "text/latex", "text/markdown")):
        return ""
    return output.data.get("text/plain", "")


def is_picture(output):
    return any(mime in output.get("data", {}) for mime in IMAGES)


def is_compared(cell):
    """Return whether nbval compares the output of a cell."""
    comments = {line.strip("# ").lower().replace("_", "-") for line in cell.source.split("\n")}
    return not NOT_COMPARED & (comments | set(cell.metadata.get("tags", [])))


# ---------------------------------------------------------------------------------------------
# Rules for what was executed: lessons and solutions
# ---------------------------------------------------------------------------------------------


def execution_counts_run_from_one(page):
    # nbval passes a notebook without counts, and compares nothing in it.
    counts = [cell.execution_count for cell in page.code if cell.source.strip()]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the cells are numbered {counts}; store it with `python3 -m course_utils run`"


def nothing_fails(page):
    for cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"{page.where(cell)} ends in {output.ename}; mend it, or catch and print it"


def nothing_on_stderr(page):
    for cell in page.code:
        for output in cell.outputs:
            if output.get("name") == "stderr":
                first = output.text.split("\n")[0]
                yield f"{page.where(cell)} writes {first!r} to stderr; remove what it warns of"


def the_course_is_imported_first(page):
    for cell, names in page.imports[:1]:
        third_party = [n for n in names if n.split(".")[0] not in sys.stdlib_module_names]
        if third_party and not third_party[0].startswith("course_utils"):
            yield (
                f"{page.where(cell)} imports {third_party[0]} before course_utils, "
                "which keeps TensorFlow's start quiet; put `from course_utils ...` first"
            )


def outputs_are_short(page):
    for cell in page.code:
        lines = sum(len(shown_text(output).splitlines()) for output in cell.outputs)
        if lines > LONGEST_OUTPUT:
            yield f"{page.where(cell)} shows {lines} lines, {LONGEST_OUTPUT} at most; print less"


def outputs_hold_no_address(page):
    for cell in page.code:
        for output in cell.outputs:
            if match := re.search(r"\bat 0x[0-9a-fA-F]+", str(output.get("data", output))):
                yield (
                    f"{page.where(cell)} shows an object {match[0]!r}, another in every run; "
                    "end its last line with a semicolon"
                )


def outputs_hold_no_personal_path(page):
    for cell in page.code:
        for path in filter(None, map(personal_path, cell.outputs)):
            yield f"{page.where(cell)} shows the path {path!r}; print a relative one"


def widgets_have_a_stand_in(page):
    for cell in page.code:
        for output in cell.outputs:
            if WIDGET.match(shown_text(output)):
                yield (
                    f"{page.where(cell)} shows only a widget's name where widgets do not render; "
                    "let a figure stand in for it"
                )


def outputs_are_compared(page):
    # Of a picture nbval compares no more than the size, so pictures alone do not count.
    cells = [cell for cell in page.code if not all(map(is_picture, cell.outputs))]
    compared = sum(map(is_compared, cells))
    if compared < COMPARED * len(cells):
        yield (
            f"{compared} of {len(cells)} cells with text are compared, two thirds at least; print "
            "what does not vary (shapes, counts, comparisons) and remove nbval-ignore-output"
        )


def stored_as_run_stores_it(page):
    twin = normalise(copy.deepcopy(page.notebook))
    if nbformat.writes(twin) + "\n" == page.text:
        return
    remedy = "store it with `python3 -m course_utils run`, after the last edit"
    for mine, normal in zip(page.cells, twin.cells, strict=True):
        if mine != normal:
            parts = [key for key in normal if mine.get(key) != normal[key]]
            yield f"{page.where(mine)} has another {' and '.join(parts)} than `run` gives; {remedy}"
            return
    yield f"the notebook's metadata or layout is not what `run` gives; {remedy}"


EXECUTED_RULES = [
    execution_counts_run_from_one,
    nothing_fails,
    nothing_on_stderr,
    the_course_is_imported_first,
    outputs_are_short,
    outputs_hold_no_address,
    outputs_hold_no_personal_path,
    widgets_have_a_stand_in,
    outputs_are_compared,
    stored_as_run_stores_it,
]

# ---------------------------------------------------------------------------------------------
# Rules for every notebook
# ---------------------------------------------------------------------------------------------


def the_title_has_the_files_number(page):
    first_line = page.cells[0].source.split("\n")[0] if page.cells else ""
    if not re.match(rf"# {page.number} \S", first_line):
        yield f"the first line is {first_line!r}; begin with '# {page.number} Title'"


def the_file_is_small(page):
    size = len(page.text.encode())
    if size >= LARGEST_FILE:
        yield f"it has {size:,} bytes, {LARGEST_FILE:,} at most; draw fewer or smaller figures"


def links_resolve(page):
    pattern = r"\]\(<?([^)\s>]+)[^)]*\)|<(?:a|img)\b[^>]*?\b(?:href|src)=[\"']([^\"']+)"
    for cell in page.cells:
        if cell.cell_type != "markdown":
            continue
        for match in re.finditer(pattern, without_code(cell.source)):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = urllib.parse.unquote(target).partition("#")
            path = page.path.parent / name if name else page.path
            if not name:
                there = page
            elif not path.exists():
                yield (
                    f"{page.where(cell)} links to {target}, which does not exist; mend the link, "
                    "or name a planned lesson without one"
                )
                continue
            elif path.suffix == ".ipynb":
                there = read(path)
            else:
                continue
            # JupyterLab makes the anchor of a heading from its text.
            anchors = [re.sub(r"[*`]", "", text).replace(" ", "-") for _, text, _ in there.headings]
            if anchor and anchor not in anchors:
                yield f"{page.where(cell)} links to {target}, but no heading there makes #{anchor}"


COMMON_RULES = [the_title_has_the_files_number, the_file_is_small, links_resolve]

# ---------------------------------------------------------------------------------------------
# Rules for lessons
# ---------------------------------------------------------------------------------------------


def random_numbers_are_seeded(page):
    if page.number in TEMPLATE and not any("set_seed(" in cell.source for cell in page.code):
        yield "no cell calls set_seed: another run would give other numbers; add it to the setup"


def claims_are_judged_with_an_assertion(page):
    judged = {}
    for cell in page.code:
        for claim in re.findall(r"\bverdict\(\s*[\"'](C\d\d)", cell.source):
            judged[claim] = cell
    for claim in JUDGED.get(page.number, []):
        if claim not in judged:
            yield f'nothing judges {claim}; call verdict("{claim}", ...) in the Verdict section'
    for claim, cell in judged.items():
        if not re.search(r"^\s*assert\b", cell.source, re.MULTILINE):
            yield f"{page.where(cell)} judges {claim} without an assertion; assert what it says"


def it_leads_on(page):
    text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
    wanted = []
    if page.number in TEMPLATE:
        wanted.append(f"exercises/{page.path.name}")
    wanted += [path.name for path in page.path.parent.glob(f"{int(page.number) + 1:02d}_*.ipynb")]
    for target in wanted:
        if f"({target}" not in text:
            yield f"no link leads to {target}; add it at the end"


LESSON_RULES = [
    random_numbers_are_seeded,
    claims_are_judged_with_an_assertion,
    it_leads_on,
]

# ---------------------------------------------------------------------------------------------
# The stored notebooks keep the rules
# ---------------------------------------------------------------------------------------------


@lru_cache
def read(path):
    return Page(path, path.read_text("utf-8"))


def complaints(rule, page):
    """Return one line for each thing that breaks a rule."""
    return [f"{page.path.name}: {complaint}" for complaint in rule(page)]


def cases(paths, rules):
    return [
        pytest.param(path, rule, id=f"{path.parent.name}/{path.stem}-{rule.__name__}")
        for path in paths
        for rule in rules
    ]


@pytest.mark.parametrize(
    "path, rule",
    cases(LESSONS, COMMON_RULES + EXECUTED_RULES + LESSON_RULES)
    + cases(SOLUTIONS, COMMON_RULES + EXECUTED_RULES)
    + cases(EXERCISES, [*COMMON_RULES, the_course_is_imported_first]),
)
def test_notebook_keeps_rule(path, rule):
    found = complaints(rule, read(path))
    assert not found, "\n".join(found)


def test_every_claim_has_a_lesson():
    assert {claim for claims in JUDGED.values() for claim in claims} == set(CLAIMS)


@pytest.mark.parametrize(
    "one, other, alike",
    [
        (
            "trained 300 epochs in 3.2 s, final loss 0.0123",
            "trained 300 epochs in 14.0 s, final loss 0.2",
            True,
        ),
        ("trained 300 epochs in 3.2 s, final", "trained 30 epochs in 3.2 s, final", False),
        ("in 3.2 s, final loss 0.0123", "in 3.2 s, final loss nan", False),
        ("100 steps   9.8 ms", "100 steps  12.1 ms", True),
        ("100 steps 9 ms", "200 steps 9 ms", False),
        ("3 s of sound", "4 s of sound", False),
        ("loss 0.0123", "loss 0.0124", False),
    ],
)
def test_only_times_and_trained_losses_may_differ(one, other, alike):
    patterns = get_sanitize_patterns((ROOT / "tests" / "sanitize.cfg").read_text("utf-8"))
    for regex, replacement in patterns:
        one, other = re.sub(regex, replacement, one), re.sub(regex, replacement, other)
    assert (one == other) == alike


# ---------------------------------------------------------------------------------------------
# The rules can be broken
# ---------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A folder in which the links of `good_lesson` lead somewhere."""
    (tmp_path / "exercises").mkdir()
    for name in ("02_next.ipynb", "exercises/01_topic.ipynb"):
        heading = new_markdown_cell("# 02 Next\n## First *things* first")
        nbformat.write(new_notebook(cells=[heading]), tmp_path / name)
    return tmp_path


def good_lesson():
    """Return a notebook that keeps all rules."""
    opening = (
        "# 01 Topic\n*Why is it so?*\n\n**You will** see. **Reading** 1 min, **running** 1 s. "
        "**Before this**: nothing."
    )
    setup = (
        "import re\n\nfrom course_utils.training import set_seed\nimport keras\n\n"
        "set_seed(0)\nuse_style()"
    )
    ending = (
        "## Recap\nSo it is.\n## Quick questions\n"
        "<details><summary>Is it?</summary>Yes.</details>\n"
        "## Exercises\n[here](exercises/01_topic.ipynb), then "
        "[on](02_next.ipynb#First-things-first). `[no](link)` $[a](b)$ [site](https://x.org)"
    )
    picture = new_output("display_data", data={"image/svg+xml": "<svg/>", "text/plain": "<Figure>"})
    cells = [
        new_markdown_cell(opening),
        new_code_cell(setup),
        *(
            new_code_cell(f"print({n})", outputs=[new_output("stream", text="1")])
            for n in range(18)
        ),
        new_markdown_cell("## By hand: first\nSee the curve."),
        new_code_cell("plot()", outputs=[picture]),
        new_markdown_cell("## In Keras\n## Verdict"),
        new_code_cell('assert True\nverdict("C01", "holds", "1 of 1")'),
        new_markdown_cell(ending),
    ]
    return numbered(normalise(new_notebook(cells=cells)))


def numbered(notebook):
    for count, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def page_of(notebook, folder):
    return Page(folder / "01_topic.ipynb", nbformat.writes(notebook) + "\n")


def add_output(**data):
    def spoil(notebook):
        code_cells(notebook)[-1].outputs.append(new_output("display_data", data=data))

    return spoil


def add_stream(text, name="stdout"):
    def spoil(notebook):
        code_cells(notebook)[-1].outputs.append(new_output("stream", name=name, text=text))

    return spoil


def add_source(text, position=-1):
    def spoil(notebook):
        notebook.cells[position].source += text

    return spoil


def replace(old, new):
    def spoil(notebook):
        found = [cell for cell in notebook.cells if old in cell.source]
        assert found, f"{old!r} is not in the good lesson"
        for cell in found:
            cell.source = cell.source.replace(old, new)

    return spoil


def drop_counts(notebook):
    for cell in code_cells(notebook):
        cell.execution_count = None


def swap_counts(notebook):
    notebook.cells[2].execution_count, notebook.cells[3].execution_count = 3, 2


def fail(notebook):
    error = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
    code_cells(notebook)[-1].outputs.append(error)


def ignore_many(notebook):
    for cell in notebook.cells[2:9]:
        cell.metadata["tags"] = ["nbval-ignore-output"]


def ignore_many_by_comment(notebook):
    for cell in notebook.cells[2:9]:
        cell.source = "# NBVAL_IGNORE_OUTPUT\n" + cell.source


def time_a_cell(notebook):
    notebook.cells[2].metadata["execution"] = {"iopub.execute_input": "2025-01-01T00:00:00Z"}


def name_the_python(notebook):
    notebook.metadata.language_info["version"] = "3.11.7"


def edit_afterwards(notebook):
    notebook.cells[2].source += "  # edited"


def enlarge(notebook):
    notebook.cells[21].outputs[0].data["image/svg+xml"] = "A" * LARGEST_FILE


BROKEN = {
    execution_counts_run_from_one: [drop_counts, swap_counts],
    nothing_fails: [fail],
    nothing_on_stderr: [add_stream("a warning\n", name="stderr")],
    the_course_is_imported_first: [replace("import re\n", "import keras\n")],
    outputs_are_short: [add_stream("line\n" * 31), add_output(**{"text/plain": "line\n" * 31})],
    outputs_hold_no_address: [
        add_output(**{"text/plain": "<matplotlib.lines.Line2D at 0x7f1b2c3d4e5f>"})
    ],
    outputs_hold_no_personal_path: [add_stream("see /home/ada/course\n")],
    widgets_have_a_stand_in: [
        add_output(**{"text/plain": "FloatSlider(value=0.9)"}),
        add_output(**{"text/plain": "interactive(children=(FloatSlider(value=0.9, min=-1.2), …"}),
    ],
    outputs_are_compared: [ignore_many, ignore_many_by_comment],
    stored_as_run_stores_it: [time_a_cell, name_the_python, edit_afterwards],
    the_title_has_the_files_number: [replace("# 01 Topic", "# 02 Topic"), replace("# 01", "## 01")],
    the_file_is_small: [enlarge],
    links_resolve: [
        add_source("\n[gone](gone.ipynb)"),
        add_source('\n<img alt="gone" src="gone.png">'),
        add_source("\n[gone](#Gone)"),
        add_source("\n[gone](02_next.ipynb#Gone)"),
    ],
    random_numbers_are_seeded: [replace("set_seed(0)", "")],
    claims_are_judged_with_an_assertion: [
        replace('verdict("C01"', 'print("C01"'),
        replace("assert True", "True"),
    ],
    it_leads_on: [replace("(02_next", "(./02_next"), replace("(exercises/", "(./exercises/")],
}
RULES = COMMON_RULES + EXECUTED_RULES + LESSON_RULES


def test_the_good_lesson_keeps_all_rules(folder):
    page = page_of(good_lesson(), folder)
    assert [line for rule in RULES for line in complaints(rule, page)] == []


@pytest.mark.parametrize(
    "rule, spoil",
    [
        pytest.param(rule, spoil, id=f"{rule.__name__}-{number}")
        for rule in RULES
        for number, spoil in enumerate(BROKEN[rule])
    ],
)
def test_the_rule_can_be_broken(folder, rule, spoil):
    notebook = good_lesson()
    spoil(notebook)
    if rule is not execution_counts_run_from_one:
        numbered(notebook)
    if rule is not stored_as_run_stores_it:
        normalise(notebook)
    page = page_of(notebook, folder)
    found = complaints(rule, page)
    assert found and all(line.startswith("01_topic.ipynb: ") for line in found)
    others = [line for other in RULES if other is not rule for line in complaints(other, page)]
    assert others == [], "another rule complains of the same thing"
