"""Help around Keras training: a quiet start, seeds, one line of progress instead of a wall of log.

Import it before Keras or TensorFlow: the first import of these two is what has to be quiet.
"""

import contextlib
import os
import sys
import tempfile
import time


@contextlib.contextmanager
def _quiet_descriptor():
    """Hold back what is written to file descriptor 2; let it out only if the block fails.

    TensorFlow's C++ side writes some start-up lines there whatever its log level is, past
    `sys.stderr` and so past every notebook setting.
    """
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(original, held_back.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)


with _quiet_descriptor():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()

# Its warnings about retracing address authors of graphs; in a lesson that compares many small
# models they are noise.
tf.get_logger().setLevel("ERROR")


def set_seed(seed):
    """Seed Python, NumPy and TensorFlow, so that a notebook repeats itself on the same machine.

    Args:
        seed: whole number.
    """
    keras.utils.set_random_seed(seed)


class ProgressLine(keras.callbacks.Callback):
    """Report a whole training in one line that is rewritten while it runs.

    Use with `model.fit(..., verbose=0, callbacks=[ProgressLine()])`. What remains at the end:

        trained 300 epochs in 3.2 s, final loss 0.0123

    Args:
        label: what stands before "trained", for example the model's name.
    """

    def __init__(self, label=""):
        super().__init__()
        self.label = label + "  " if label else ""

    def on_train_begin(self, logs=None):
        self.start = self.shown = time.perf_counter()
        self.epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs = epoch + 1
        self.loss = logs["loss"]
        now = time.perf_counter()
        if now - self.shown > 0.5:
            self.shown = now
            total = self.params["epochs"]
            print(f"\r{self.label}epoch {self.epochs} of {total}, loss {self.loss:.4f}", end="")
            sys.stdout.flush()

    def on_train_end(self, logs=None):
        seconds = time.perf_counter() - self.start
        unit = "epoch" if self.epochs == 1 else "epochs"
        print(
            f"\r{self.label}trained {self.epochs} {unit} in {seconds:.1f} s, "
            f"final loss {self.loss:.4f}"
        )
