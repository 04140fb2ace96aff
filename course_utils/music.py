"""Play MIDI pitches in a notebook: a soft organ made of sine waves, in NumPy alone.

A player stores its sound in the notebook. One second takes 11 kB there: 8,000 samples, each in
one byte by the mu-law, in base64.
"""

import struct

import numpy as np
from IPython.display import Audio
from numpy.typing import ArrayLike

HARMONICS = 6
ATTACK, RELEASE = 0.02, 0.12  # seconds
LOUDNESS = (1.0, 0.7, 0.7, 0.9)  # soprano, alto, tenor, bass: the outer voices lead
PEAK = 0.8


def synthesise(
    pitches: ArrayLike,
    seconds_per_step: float = 0.5,
    onsets: ArrayLike | None = None,
    rate: int = 8000,
) -> np.ndarray:
    """Return the sound of a melody or of several voices.

    Args:
        pitches: MIDI numbers, (steps,) or (steps, voices); 69 is the A of 440 Hz, 0 is a rest.
        seconds_per_step: duration of one step.
        onsets: bool, shape of `pitches`: where a note is struck. If None, a note is struck
            where the pitch changes, and an equal pitch in the next step holds it.
        rate: samples per second.

    Returns:
        float32 samples between -1 and 1, as long as the steps and `RELEASE` seconds in which
        the last notes die away.

    Raises:
        ValueError: `pitches` or `onsets` has another shape, or a pitch is not a MIDI number.
    """
    pitches = np.asarray(pitches)
    if pitches.ndim not in (1, 2) or len(pitches) == 0:
        raise ValueError(
            f"pitches must be (steps,) or (steps, voices), at least one step, not {pitches.shape}"
        )
    if not np.all((pitches >= 0) & (pitches <= 127) & (pitches == np.round(pitches))):
        raise ValueError("pitches must be whole MIDI numbers from 1 to 127, or 0 for a rest")
    if onsets is not None and np.shape(onsets) != pitches.shape:
        raise ValueError(
            f"onsets {np.shape(onsets)} must have the shape of pitches {pitches.shape}"
        )
    onsets = np.zeros(pitches.shape, bool) if onsets is None else np.asarray(onsets, bool)
    voices = pitches.reshape(len(pitches), -1).T.astype(int)
    struck = onsets.reshape(len(pitches), -1).T

    sound = np.zeros(round((len(pitches) * seconds_per_step + RELEASE) * rate))
    for voice, (line, strokes) in enumerate(zip(voices, struck, strict=True)):
        loudness = LOUDNESS[voice % len(LOUDNESS)]
        for start, stop in _find_notes(line, strokes):
            first = round(start * seconds_per_step * rate)
            note = _sound_note(line[start], (stop - start) * seconds_per_step, rate)
            note = note[: len(sound) - first]
            sound[first : first + len(note)] += loudness * note
    loudest = np.abs(sound).max()
    return (sound * (PEAK / loudest if loudest else 1)).astype("float32")


def play(
    pitches: ArrayLike,
    seconds_per_step: float = 0.5,
    onsets: ArrayLike | None = None,
    rate: int = 8000,
) -> "Player":
    """Return a player for a melody or several voices, to stand last in a notebook's cell.

    Args:
        pitches, seconds_per_step, onsets, rate: as for `synthesise`.

    Returns:
        `Player`, an `IPython.display.Audio`; 8 seconds take 88 kB in the notebook.

    Raises:
        ValueError: as `synthesise`.
    """
    return Player(encode_wav(synthesise(pitches, seconds_per_step, onsets, rate), rate))


class Player(Audio):
    """An `Audio` that also plays in a notebook nobody has run yet.

    JupyterLab cleans the output of notebooks it does not trust, as all are when they come from
    somebody else. It takes the address out of a `<source>`, where `Audio` puts the sound, and
    leaves it in an `<audio>`.
    """

    def _repr_html_(self):
        return f'<audio controls src="{self.src_attr()}"></audio>'


def encode_wav(samples: np.ndarray, rate: int) -> bytes:
    """Return samples as a WAV file of half the usual size: 8 bits each, by the mu-law.

    The mu-law (ITU-T G.711) spaces its 256 levels evenly in loudness rather than in pressure,
    so that quiet passages do not hiss. Browsers play it like any other WAV file.

    Args:
        samples: floats between -1 and 1, (samples,).
        rate: samples per second.

    Returns:
        The bytes of the file.
    """
    # G.711 codes the size as sign, exponent (which octave) and mantissa (16 levels in it).
    level = np.minimum(np.abs(samples) * 32768, 32635).astype(int) + 132
    exponent = np.log2(level).astype(int) - 7
    mantissa = (level >> (exponent + 3)) & 15
    sign = np.where(np.asarray(samples) < 0, 128, 0)
    data = (255 - (sign | exponent << 4 | mantissa)).astype("uint8").tobytes()
    data += b"\0" * (len(data) % 2)
    mu_law, channels = 7, 1
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, mu_law, channels, rate, rate, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, len(samples))
    body = b"WAVE" + form + fact + struct.pack("<4sI", b"data", len(samples)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _find_notes(line, strokes):
    """Return (start, stop) of each note in one voice's pitches, in steps; rests are left out."""
    begins = strokes.copy()
    begins[0] = True
    begins[1:] |= line[1:] != line[:-1]
    starts = np.flatnonzero(begins)
    stops = np.append(starts[1:], len(line))
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if line[start] > 0]


def _sound_note(pitch, seconds, rate):
    """Return one note: a pipe that starts bright and becomes mellow while it is held."""
    time = np.arange(round((seconds + RELEASE) * rate)) / rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    note = np.zeros(len(time))
    for harmonic in range(1, HARMONICS + 1):
        # Above half the rate a sine would come back as another, wrong pitch.
        if harmonic * frequency < 0.45 * rate:
            fading = 0.3 + 0.7 * np.exp(-0.8 * harmonic * time)
            # Without the last term all harmonics would rise at once: a peak at every stroke.
            phase = 2 * np.pi * harmonic * frequency * time + harmonic**2
            note += fading * np.sin(phase) / harmonic**1.7
    # Half a cosine up, half a cosine down: no step in the sound, so no click.
    rise = np.clip(time / ATTACK, 0, 1)
    fall = np.clip((time[-1] - time) / RELEASE, 0, 1)
    return note * (1 - np.cos(np.pi * rise)) * (1 - np.cos(np.pi * fall)) / 4
