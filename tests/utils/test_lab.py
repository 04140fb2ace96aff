"""What `lab` adds to JupyterLab's own options, and when it does not open a second one."""

import http.server
import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import threading

from course_utils import ROOT, lab

import pytest


@pytest.fixture
def ordinary_user(monkeypatch):
    monkeypatch.setattr(lab.os, "geteuid", lambda: 1000, raising=False)


def test_options_are_passed_on(ordinary_user):
    given = ["--no-browser", "--ip=0.0.0.0", "--collaborative"]
    assert lab.lab_options(given) == [f"--ServerApp.root_dir={ROOT}", *given]


@pytest.mark.parametrize("name", ["--ServerApp.root_dir", "--notebook-dir"])
def test_another_folder_may_be_given(name, ordinary_user):
    for given in ([f"{name}=/elsewhere"], [name, "/elsewhere"]):
        assert lab.lab_options(given) == given


@pytest.mark.parametrize("given", [["--token=abc"], ["--token", "abc"]])
def test_the_token_reaches_jupyterlab_under_its_present_name(given):
    options = lab.lab_options(given)
    assert " ".join(options).replace("=", " ").endswith("--IdentityProvider.token abc")


def test_root_is_let_in_and_told(monkeypatch, capsys):
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
    assert lab.lab_options([]).count("--allow-root") == 1
    assert "--allow-root" in capsys.readouterr().err
    assert lab.lab_options(["--allow-root"]).count("--allow-root") == 1


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """Return a function that leaves a server's note, as Jupyter does."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))

    def note(port, folder):
        server = {"url": f"http://127.0.0.1:{port}/", "port": port, "token": "secret"}
        text = json.dumps({**server, "root_dir": str(folder)})
        (tmp_path / f"jpserver-{port}.json").write_text(text)

    return note


class Answering(http.server.BaseHTTPRequestHandler):
    """A server that answers as Jupyter does where it is asked for its version."""

    def do_GET(self):
        self.send_response(200 if self.path == "/api" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_lab_that_runs_here_is_named_with_its_address(runtime):
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        runtime(server.server_port, ROOT)
        with pytest.raises(SystemExit) as refused:
            lab.main([])
        server.shutdown()
    assert f"http://127.0.0.1:{server.server_port}/lab?token=secret" in str(refused.value)
    assert f"server stop {server.server_port}" in str(refused.value)


def test_notes_of_dead_or_foreign_servers_do_not_count(runtime, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    runtime(port, ROOT)
    runtime(1, tmp_path)
    (tmp_path / "jpserver-2.json").write_text("{half")
    assert lab.running_server() is None


@pytest.mark.slow
def test_a_taken_port_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "course_utils.lab", "--no-browser", "--port", port],
            cwd=ROOT,
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert f"port {port} is not available" in done.stderr


def test_the_settings_switch_off_every_panel_of_nbgrader():
    files = importlib.metadata.files("nbgrader")
    (path,) = [file for file in files if file.match("jupyter_server_config.d/nbgrader.json")]
    panels = json.loads(path.locate().read_text())["ServerApp"]["jpserver_extensions"]
    ours = json.loads((lab.SETTINGS / "jupyter_server_config.json").read_text())
    assert ours["ServerApp"]["jpserver_extensions"] == dict.fromkeys(panels, False)
