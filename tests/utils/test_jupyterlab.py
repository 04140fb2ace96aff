"""Lesson 01 in a real JupyterLab, as a student sees it: nothing red, nothing missing, offline."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from course_tools.run import NOTEBOOKS, ROOT

import nbformat
import pytest

LESSON = "01_recurrent_neuron.ipynb"
TOKEN = "course"
PATIENCE = 600  # seconds; a busy two-core machine needs some
FLAGS = [
    "--headless=new",
    "--no-sandbox",  # Chromium refuses root otherwise
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    # The browser's own traffic is none of the course's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1600",
]
# All cells are to be in the page at once, not only those in view.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}

PROMPTS = """
return [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(e => e.innerText.trim())
"""
# What a reader sees in red, and every picture with the width it was loaded at.
RED = """
const kinds = ['error', 'stderr'].map(kind => `[data-mime-type="application/vnd.jupyter.${kind}"]`);
return [...document.querySelectorAll(kinds.join())].map(e => e.innerText)
"""
PICTURES = """
return [...document.querySelectorAll('.jp-OutputArea-output img')].map(e => e.naturalWidth)
"""
LOADED = "return [...document.images].every(e => e.complete)"
KERNEL = "return document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status"
# Dialogs and the box that asks whether one wants news.
QUESTIONS = """
return [...document.querySelectorAll('.jp-Dialog, .Toastify__toast')].map(e => e.innerText)
"""


def find(*names):
    """Return the first of the programs that is installed, or None."""
    return next(filter(None, map(shutil.which, names)), None)


def wait_until(condition, what):
    """Wait for a condition and return its value; it may raise while it does not hold."""
    end = time.monotonic() + PATIENCE
    problem = None
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except Exception as error:
            problem = error
        time.sleep(0.5)
    raise AssertionError(f"waited {PATIENCE} s for {what}") from problem


def leaves_the_machine(url):
    """Return whether a request to this address goes anywhere else than to this computer."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss"):
        return parts.hostname not in ("127.0.0.1", "localhost")
    return parts.scheme not in ("about", "blob", "chrome", "data")


@pytest.mark.parametrize(
    "url, leaves",
    [
        ("http://127.0.0.1:8888/lab?token=x", False),
        ("ws://localhost:8888/api/kernels", False),
        ("data:image/png;base64,iVBO", False),
        ("blob:http://127.0.0.1:8888/1", False),
        ("https://cdn.example.org/mathjax.js", True),
        ("wss://example.org/127.0.0.1", True),
        ("http://localhost.example.org", True),
        ("ftp://example.org/data", True),
    ],
)
def test_requests_elsewhere_are_noticed(url, leaves):
    assert leaves_the_machine(url) == leaves


@pytest.fixture
def copy():
    """The lesson without outputs, in a folder of the clone, which is what the command serves."""
    lesson = nbformat.read(NOTEBOOKS / LESSON, as_version=4)
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        nbformat.write(lesson, Path(folder) / LESSON)
        yield Path(folder) / LESSON


@pytest.fixture
def lab(tmp_path):
    """JupyterLab, started by the README's command as if for the first time; its address."""
    for name, values in SETTINGS.items():
        file = tmp_path / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))
    environment = {
        **os.environ,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
    }
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "course_utils", "lab", "--no-browser"]
    command += ["--port", str(port), "--token", TOKEN]
    log = tmp_path / "lab.log"
    with open(log, "w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )

    def answers():
        if process.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()}")
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}")

    try:
        wait_until(answers, "JupyterLab to answer").close()
        yield f"http://127.0.0.1:{port}/lab/tree"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def browser(tmp_path):
    """A headless Chromium that notes every request."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = find("chromium", "chromium-browser", "google-chrome", "chrome")
    # Given by its path, because selenium would otherwise fetch one.
    chromedriver = find("chromedriver", "chromium.chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("Chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={tmp_path / 'chromium'}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    with contextlib.closing(driver):
        yield driver
    driver.quit()


def click(browser, selector, text=""):
    """Click on the first element that has a text and return whether there is one."""
    for element in browser.find_elements("css selector", selector):
        if text in element.text:
            element.click()
            return True
    return False


def requested_urls(browser):
    """Return the addresses of all requests and sockets of the browser so far."""
    urls = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
        elif message["method"] == "Network.webSocketCreated":
            urls.append(message["params"]["url"])
    return urls


@pytest.mark.slow
def test_lesson_01_runs_in_jupyterlab(browser, lab, copy):
    stored = nbformat.read(NOTEBOOKS / LESSON, as_version=4).cells
    code = [cell for cell in stored if cell.cell_type == "code"]
    pictures = ["image/png" in output.get("data", {}) for cell in code for output in cell.outputs]
    see = browser.execute_script

    browser.get(f"{lab}/{copy.relative_to(ROOT).as_posix()}?token={TOKEN}")
    wait_until(lambda: len(see(PROMPTS)) == len(code), "the lesson to open")
    wait_until(lambda: see(KERNEL) == "idle", "the kernel to start")
    assert see(QUESTIONS) == []

    wait_until(lambda: click(browser, ".lm-MenuBar-itemLabel", "Run"), "the menu")
    wait_until(lambda: click(browser, "[data-command='runmenu:run-all']"), "Run All Cells")
    numbers = [f"[{number}]:" for number in range(1, len(code) + 1)]
    wait_until(lambda: see(RED) or see(PROMPTS) == numbers, "every cell to have its number")

    wait_until(lambda: see(LOADED), "the pictures")
    urls = requested_urls(browser)
    assert any(copy.name in url for url in urls)  # the log is not empty for another reason
    assert [url for url in urls if leaves_the_machine(url)] == []
    assert see(RED) == []
    assert len(see(PICTURES)) >= sum(pictures)
    assert all(see(PICTURES))
