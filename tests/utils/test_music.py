"""The synthesiser: right pitch, right length, silence where there is rest, no clicks."""

import base64
import re
import struct

from course_utils import music

import numpy as np
import pytest
from IPython.display import Audio


def peaks(samples, rate=8000, count=1):
    """Return the strongest frequencies of a sound in hertz, in ascending order."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    frequencies = np.fft.rfftfreq(8 * len(samples), 1 / rate)
    found = []
    for index in np.argsort(spectrum)[::-1]:
        if all(abs(frequencies[index] - other) > 10 for other in found):
            found.append(frequencies[index])
        if len(found) == count:
            return sorted(found)


@pytest.mark.parametrize(
    ("pitch", "hertz"), [(69, 440.0), (57, 220.0), (60, 261.63), (81, 880.0), (36, 65.41)]
)
def test_a_note_has_its_frequency(pitch, hertz):
    (found,) = peaks(music.synthesise([pitch], seconds_per_step=2.0))
    assert found == pytest.approx(hertz, abs=0.3)


def test_a_chord_has_the_frequencies_of_its_notes():
    # C major: 130.81, 164.81, 196.00 and 261.63 Hz.
    found = peaks(music.synthesise([[60, 55, 52, 48]], seconds_per_step=3.0), count=4)
    assert found == pytest.approx([130.81, 164.81, 196.00, 261.63], abs=0.5)


def test_harmonics_above_half_the_rate_do_not_come_back_as_wrong_pitches():
    # The second harmonic of 2,093 Hz would be folded to 3,814 Hz.
    samples = music.synthesise([96], seconds_per_step=1.0)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequencies = np.fft.rfftfreq(len(samples), 1 / 8000)
    assert spectrum[np.abs(frequencies - 2093) < 5].max() > 100
    assert spectrum[np.abs(frequencies - 2093) > 100].max() < 1


def test_the_length_is_the_steps_and_the_release():
    assert music.RELEASE == 0.12
    assert music.synthesise([60, 62, 64], seconds_per_step=0.5).shape == (12960,)
    assert music.synthesise([[60, 48]], seconds_per_step=1.0, rate=11025).shape == (12348,)


def test_a_rest_is_silent():
    samples = music.synthesise([0, 0, 69, 0, 0], seconds_per_step=0.5)
    assert not samples[:8000].any()
    assert np.abs(samples[8000:12000]).max() > 0.5
    assert not samples[12000 + 960 :].any()


def test_nothing_but_rests_is_silence():
    samples = music.synthesise(np.zeros((4, 4), int))
    assert samples.shape == (16960,) and not samples.any()


def test_samples_are_float32_and_stay_within_one():
    loud = np.array([[72, 72, 72, 72], [69, 69, 69, 69]])
    for pitches in (loud, loud[:, 0], loud[:, :2]):
        samples = music.synthesise(pitches)
        assert samples.dtype == np.float32
        assert np.abs(samples).max() == pytest.approx(0.8)


def test_an_equal_pitch_is_held_unless_it_is_struck_again():
    held = music.synthesise([57, 57, 57, 57], seconds_per_step=0.5)
    once = music.synthesise([57], seconds_per_step=2.0)
    assert np.array_equal(held, once)
    struck = music.synthesise([57, 57, 57, 57], 0.5, onsets=[True, True, True, True])
    assert not np.allclose(held, struck, atol=0.05)
    # A struck note is bright again: more of its third harmonic in the last second.
    third = [
        np.abs(np.exp(-2j * np.pi * 660 * np.arange(8000) / 8000) @ samples[8000:16000])
        for samples in (held, struck)
    ]
    assert third[1] > 1.2 * third[0]


def test_there_are_no_clicks():
    # At 110 Hz the six harmonics bend no more than this; a jump of 0.05 would stand out.
    samples = music.synthesise([45, 0, 45, 47], seconds_per_step=0.5)
    assert samples[0] == 0 and samples[-1] == 0
    highest = 6 * 440 * 2 ** ((47 - 69) / 12)
    assert np.abs(np.diff(samples, 2)).max() < 0.8 * (2 * np.pi * highest / 8000) ** 2
    assert np.abs(np.diff(samples, 2)).max() < 0.05


def test_no_voice_drowns_another():
    chord = np.array([[67, 62, 59, 43]])
    power = [
        np.mean(music.LOUDNESS[voice] ** 2 * music._sound_note(pitch, 2.0, 8000) ** 2)
        for voice, pitch in enumerate(chord[0])
    ]
    assert max(power) < 3 * min(power)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "at least one step"),
        ((np.zeros((2, 2, 2)),), "(steps, voices)"),
        (([60.5],), "whole MIDI numbers"),
        (([-1],), "0 for a rest"),
        (([128],), "1 to 127"),
        (([60, 62], 0.5, [True]), "shape of pitches (2,)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        music.synthesise(*arguments)


def decode(wav):
    """Return rate and samples of a mu-law WAV file, by the table of ITU-T G.711."""
    assert wav[:4] == b"RIFF" and wav[8:12] == b"WAVE" and len(wav) % 2 == 0
    assert struct.unpack("<I", wav[4:8])[0] == len(wav) - 8
    position, chunks = 12, {}
    while position < len(wav):
        name, size = struct.unpack("<4sI", wav[position : position + 8])
        chunks[name] = wav[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    code, channels, rate, _, _, bits, _ = struct.unpack("<HHIIHHH", chunks[b"fmt "])
    assert (code, channels, bits) == (7, 1, 8)
    byte = 255 - np.frombuffer(chunks[b"data"], np.uint8).astype(int)
    size = ((2 * (byte & 15) + 33) << ((byte >> 4) & 7)) - 33
    return rate, np.where(byte & 128, -size, size) / 8192


def test_the_file_holds_the_sound():
    samples = np.linspace(-1, 1, 2001)
    rate, decoded = decode(music.encode_wav(samples, 8000))
    assert rate == 8000 and len(decoded) == 2001
    # Steps grow with the size: a thirty-second of it, and never less than 1/4096.
    assert np.all(np.abs(decoded - samples) <= np.maximum(np.abs(samples) / 30, 1 / 4096))


def test_known_bytes_of_the_mu_law():
    wav = music.encode_wav(np.array([0, 1, -1, 0.5, -0.5]), 8000)
    assert wav[58:63] == bytes([0xFF, 0x80, 0x00, 0x8F, 0x0F])


def test_the_player_holds_eight_seconds_in_less_than_ninety_kilobytes():
    player = music.play([60, 62, 64, 65], seconds_per_step=2.0)
    assert isinstance(player, Audio) and " at 0x" not in repr(player)
    html = player._repr_html_()
    assert len(html) < 90_000
    # In an <audio>: JupyterLab takes it out of a <source> until the notebook has been run.
    assert html.startswith('<audio controls src="data:audio/wav;base64,')
    rate, decoded = decode(base64.b64decode(re.search('base64,([^"]+)', html)[1]))
    samples = music.synthesise([60, 62, 64, 65], seconds_per_step=2.0)
    assert rate == 8000 and len(decoded) == len(samples)
    noise = np.sqrt(np.mean((decoded - samples) ** 2) / np.mean(samples**2))
    assert noise < 0.02
