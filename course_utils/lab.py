"""JupyterLab as the course opens it: `python3 -m course_utils lab` hands over to this.

What does not depend on the machine is set in `course_utils/jupyter`: the notebook that opens, a
quiet log, no question about news, and nbgrader's panels off, which only tests make use of.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from course_utils import ROOT

from jupyter_core.paths import jupyter_runtime_dir

SETTINGS = Path(__file__).parent / "jupyter"


def lab_options(arguments: list[str]) -> list[str]:
    """Return JupyterLab's arguments: the user's, and ours where they say nothing."""
    given = {argument.split("=")[0] for argument in arguments}
    options = []
    if not given & {"--ServerApp.root_dir", "--notebook-dir"}:
        options.append(f"--ServerApp.root_dir={ROOT}")  # given twice, JupyterLab refuses it
    if getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in given:
        print("You are root, which JupyterLab refuses; adding --allow-root.", file=sys.stderr)
        options.append("--allow-root")
    if "--port" in given:
        options.append("--ServerApp.port_retries=0")  # taken: say so, rather than take the next
    if "--token" in given:
        # The quiet log holds the address only where JupyterLab has made up the token.
        options.append("--ServerApp.log_level=INFO")
    # JupyterLab lost the short name, but the world's instructions still use it.
    return options + [re.sub(r"^--token(?==|$)", "--IdentityProvider.token", a) for a in arguments]


def running_server() -> dict | None:
    """Return the note of the Jupyter server that runs in this folder, or None."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        # Half written, just removed, or of a server that was killed, which its note outlives.
        with contextlib.suppress(OSError, ValueError):
            server = json.loads(path.read_text("utf-8"))
            if Path(server["root_dir"]) in (ROOT, ROOT / "notebooks"):
                direct.open(server["url"] + "api", timeout=2).close()
                return server
    return None


def main(arguments: list[str]) -> None:
    """Open the course in JupyterLab, unless it is open already.

    Args:
        arguments: JupyterLab's.
    """
    if server := running_server():
        token = f"?token={server['token']}" if server.get("token") else ""
        sys.exit(
            f"JupyterLab is already running here: open {server['url']}lab{token} or stop it with "
            f"Ctrl-C in its window (or: {sys.executable} -m jupyter server stop {server['port']})."
        )
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    compiled = getattr(find_spec("keras"), "cached", None)
    if compiled and not Path(compiled).exists() and not sys.dont_write_bytecode:
        # Right after the installation: what the first cell loads is compiled while one reads it.
        code = "import os; getattr(os, 'nice', id)(10); import keras, matplotlib.pyplot"
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(lab_options(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
