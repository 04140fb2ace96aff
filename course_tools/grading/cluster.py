"""Grade on a Dask cluster that is there already: `grade ... --scheduler tcp://...`.

Each worker of the cluster keeps a nursery of its own and grades as `grade` does on one machine.
A notebook's bytes go there, a record comes back; who made it leaves no trace in it. What a worker
had in hand when it died, the scheduler gives to another one.
"""

import hashlib
import secrets
import threading
from dataclasses import replace
from itertools import islice
from pathlib import Path

from course_tools.grading.collect import Unreadable
from course_tools.grading.judge import Assignment
from course_tools.grading.sandbox import Nursery

try:
    from distributed import Client, KilledWorker, WorkerPlugin, as_completed, get_worker
except ImportError:  # the optional extra: importing this room must not fail, using it may
    Client, WorkerPlugin = None, object

START = "start one with: dask scheduler; then, where the course lies: dask worker ADDRESS"


class ClusterError(Exception):
    """The cluster cannot be used; the message names the remedy."""


def course_digest():
    """Return a fingerprint of what decides about a mark: the checks and the graders' code."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted([*package.glob("checks/*.py"), *package.glob("instructor/*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Grader(WorkerPlugin):
    """What each worker of the cluster holds while a class is graded."""

    def __init__(self, run, points, limits, hidden, isolated):
        """Note what is to be set up over there; the arguments are those of `grade_on_cluster`."""
        self.run, self.points, self.digest = run, points, course_digest()
        self.nursery_arguments = (limits, hidden, isolated)

    def setup(self, worker):
        """Start the nursery, in the worker's process."""
        if course_digest() != self.digest:
            raise ClusterError(
                f"{worker.address} has another release of the course: bring its machine to the "
                "same one, and call again with --resume"
            )
        self.nursery, self.assignments = Nursery(*self.nursery_arguments), {}
        self.lock = threading.Lock()

    def teardown(self, worker):
        """End the nursery and all that it has started."""
        self.nursery.close()

    def grade(self, submission):
        """Return the record of one submission."""
        from course_tools.grading.grade import make_record

        number = submission.assignment
        with self.lock:
            if number and number not in self.assignments:
                points = self.points.get(number)
                self.assignments[number] = Assignment(number, self.run["seed"], points)
        return make_record(submission, self.assignments.get(number), self.nursery, self.run)


class Carried:
    """A submission's bytes, or why there are none, on their way to a worker."""

    def __init__(self, read):
        self.data, self.error = b"", ""
        try:
            self.data = read() if read is not None else b""
        except (Unreadable, OSError) as error:
            self.error = str(error)

    def __call__(self):
        if self.error:
            raise Unreadable(self.error)
        return self.data


def grade_there(name, submission):
    """Return the record of a submission, made by the plugin of the worker that this runs on."""
    return get_worker().plugins[name].grade(submission)


def grade_on_cluster(address, submissions, finish, run, points, limits, hidden, isolated, say):
    """Grade submissions on a cluster.

    Args:
        address: of the scheduler, such as "tcp://10.0.0.1:8786".
        submissions: list of `collect.Submission`.
        finish: called with each submission and its record, as they are done.
        run, points: as `grade.grade_all` takes them.
        limits, hidden, isolated: as `sandbox.Nursery` takes them.
        say: called with each line for the instructor.

    Raises:
        ClusterError: there is no such cluster, or it cannot do this.
    """
    from course_tools.grading.grade import ran_out_of_time

    if Client is None:
        raise ClusterError("--scheduler needs dask.distributed: pip install '.[cluster]'")
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address} ({error}); {START}") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError(f"the scheduler at {address} has no workers; {START}")
        name = f"grader-{secrets.token_hex(4)}"
        client.register_plugin(Grader(run, points, limits, hidden, isolated), name=name)
        try:
            for warning in sorted(set(client.run(read_warning, name).values()) - {""}):
                say(f"NOT PROTECTED: {warning}")
            again = []

            def sift(submission, record):
                if ran_out_of_time(record):
                    again.append(submission)
                else:
                    finish(submission, record)

            _feed(client, name, submissions, sift, 2 * threads)
            _feed(client, name, again, finish, 1)
        finally:
            client.unregister_worker_plugin(name)


def read_warning(name, dask_worker):
    """Return what is not protected on a worker, "" if everything is."""
    return dask_worker.plugins[name].nursery.warning


def _feed(client, name, submissions, finish, most):
    """Keep at most so many submissions under way, so that their bytes fit into memory."""
    waiting, under_way, done = iter(submissions), {}, as_completed()

    def send(count):
        for submission in islice(waiting, count):
            carried = replace(submission, read=Carried(submission.read))
            future = client.submit(grade_there, name, carried, pure=False)
            under_way[future] = submission
            done.add(future)

    send(most)
    for future in done:
        submission = under_way.pop(future)
        try:
            record = future.result()
        except KilledWorker as error:
            raise ClusterError(
                f"the workers that were to grade {submission.file} died one after the other; see "
                "their logs, and go on with --resume"
            ) from error
        finish(submission, record)
        send(1)
