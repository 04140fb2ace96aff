"""Grade on a Dask cluster that is there already: `grade ... --scheduler tcp://...`.

Each worker of the cluster keeps a nursery of its own and grades as `grade` does on one machine.
A notebook's cells go there, a record comes back; who made it leaves no trace in it. What a worker
had in hand when it died, the scheduler gives to another one.
"""

import secrets
import threading
from itertools import islice

from course_tools.grading.record import GradeError, course_digest, make_record, ran_out_of_time

try:
    from distributed import Client, KilledWorker, WorkerPlugin, as_completed, get_worker
except ImportError:  # the optional extra: importing this room must not fail, using it may
    Client, WorkerPlugin = None, object

START = "start one with: dask scheduler; then, where the course lies: dask worker ADDRESS"


class Grader(WorkerPlugin):
    """What each worker of the cluster holds while a class is graded."""

    def __init__(self, run):
        """Note what is to be set up over there, as a `record.Run`."""
        self.run = run

    def setup(self, worker):
        """Start the nursery, in the worker's process."""
        if course_digest() != self.run.course:
            raise GradeError(
                f"{worker.address} has another release of the course: bring its machine to the "
                "same one, and call again with --resume"
            )
        self.nursery, self.assignments = self.run.start_nursery(), {}
        self.lock = threading.Lock()

    def teardown(self, worker):
        """End the nursery and all that it has started."""
        self.nursery.close()

    def grade(self, submission):
        """Return the record of one submission."""
        number = submission.assignment
        with self.lock:
            if number and number not in self.assignments:
                self.assignments[number] = self.run.make_assignment(number)
        return make_record(submission, self.assignments.get(number), self.nursery, self.run)


def grade_there(name, submission):
    """Return the record of a submission, made by the plugin of the worker that this runs on."""
    return get_worker().plugins[name].grade(submission)


def grade_on_cluster(address, submissions, run, finish, say):
    """Grade submissions on a cluster.

    Args:
        address: of the scheduler, such as "tcp://10.0.0.1:8786".
        submissions: list of `collect.Submission`.
        run: `record.Run`.
        finish: called with each submission and its record, as they are done.
        say: called with each line for the instructor.

    Raises:
        GradeError: there is no such cluster, or it cannot do this.
    """
    if Client is None:
        raise GradeError("--scheduler needs dask.distributed: pip install '.[cluster]'")
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise GradeError(f"no Dask scheduler answers at {address} ({error}); {START}") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise GradeError(f"the scheduler at {address} has no workers; {START}")
        name = f"grader-{secrets.token_hex(4)}"
        client.register_plugin(Grader(run), name=name)
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
    """Keep at most so many submissions under way, and hand on each record as it comes."""
    waiting, under_way, done = iter(submissions), {}, as_completed()

    def send(count):
        for submission in islice(waiting, count):
            future = client.submit(grade_there, name, submission, pure=False)
            under_way[future] = submission
            done.add(future)

    send(most)
    for future in done:
        submission = under_way.pop(future)
        try:
            record = future.result()
        except KilledWorker as error:
            raise GradeError(
                f"the workers that were to grade {submission.file} died one after the other; see "
                "their logs, and go on with --resume"
            ) from error
        finish(submission, record)
        send(1)
