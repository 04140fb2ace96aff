"""Make chorales.npz: Bach's four-part chorales as MIDI pitches on a grid of sixteenth notes.

The scores come from the corpus inside the package music21. It is needed here and nowhere else
in the course, so give it an environment of its own:

    python -m venv /tmp/chorales
    /tmp/chorales/bin/pip install music21==10.5.1 rapidfuzz==3.14.6
    /tmp/chorales/bin/python datasets/makers/make_chorales.py

Takes about a minute.
"""

import hashlib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
from making import choose_path, report
from music21 import converter, corpus, key
from rapidfuzz.distance import Levenshtein

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
STEPS_PER_QUARTER = 4
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def singing_parts(score):
    """Return the four voices of a score, or None if it has not exactly one of each.

    Horns, trumpets or a continuo that go with the voices are left out.
    """
    names = [str(part.partName).split()[0] for part in score.parts]
    if any(names.count(voice) != 1 for voice in VOICES):
        return None
    return [score.parts[names.index(voice)] for voice in VOICES]


def read_grid(parts):
    """Return what sounds at the start of each sixteenth: pitches and onsets, both (steps, 4).

    Repeats are not played twice. A thirty-second that starts between two steps is lost.
    """
    steps = int(np.ceil(max(part.duration.quarterLength for part in parts) * STEPS_PER_QUARTER))
    pitches = np.zeros((steps, 4), np.int8)
    onsets = np.zeros((steps, 4), bool)
    for voice, part in enumerate(parts):
        for note in part.flatten().notes:
            if note.duration.isGrace:
                continue
            start, stop = (
                int(np.ceil(float(quarter) * STEPS_PER_QUARTER - 1e-6))
                for quarter in (note.offset, note.offset + note.quarterLength)
            )
            if start == stop:
                continue
            pitch = note.pitches[-1].midi
            # A few ties lead to another pitch by mistake: that is a new note.
            tied = note.tie is not None and note.tie.type != "start"
            held = tied and start > 0 and pitches[start - 1, voice] == pitch
            onsets[start, voice] = not held
            pitches[start:stop, voice] = pitch
    # Whole quarters of silence at both ends go, so that every fourth step stays a beat.
    sounding = np.flatnonzero(pitches.any(axis=1))
    first = sounding[0] // STEPS_PER_QUARTER * STEPS_PER_QUARTER
    last = sounding[-1] + 1
    return pitches[first:last], onsets[first:last]


def find_key(score, pitches):
    """Return tonic (pitch class, C is 0) and mode, by the majority of three witnesses.

    The witnesses are the key signature with the encoder's mode, music21's estimate from the
    pitches, and the last note of the bass. Each alone errs: signatures of modal tunes are a
    fourth or fifth off, and some pieces end on the dominant. Where all three differ, the
    estimate decides.
    """
    signature = score.recurse().getElementsByClass(key.KeySignature).first()
    mode = getattr(signature, "mode", None) or "major"
    written = signature.asKey(mode)
    estimate = score.analyze("key")
    bass = pitches[:, 3]
    last = int(bass[bass > 0][-1]) % 12
    written_wins = written.tonic.pitchClass == last != estimate.tonic.pitchClass
    winner = written if written_wins else estimate
    return winner.tonic.pitchClass, winner.mode


def melody_intervals(pitches, onsets):
    """Return the soprano's steps in semitones, note by note and beat by beat."""
    soprano = pitches[:, 0].astype(int)
    notes = soprano[onsets[:, 0] & (soprano > 0)]
    beats = soprano[::STEPS_PER_QUARTER]
    return tuple(np.diff(notes)), tuple(np.diff(beats[beats > 0]))


def shared_patterns(one, other, length=6):
    """Return the share of the shorter melody's interval patterns that the other has too."""
    one, other = (
        {intervals[i : i + length] for i in range(len(intervals) - length + 1)}
        for intervals in (one, other)
    )
    return len(one & other) / max(1, min(len(one), len(other)))


def same_tune(one, other):
    """Say whether two pieces sing one chorale melody, ornamented or transposed as may be.

    Shared patterns alone miss an ornamented melody, edit distance alone joins plain ones. Over
    all pairs their mean has two humps, and 0.4 stands in the gap between them.
    """
    return any(
        (shared_patterns(a, b) + Levenshtein.normalized_similarity(a, b)) / 2 >= 0.4
        for a, b in zip(one, other, strict=True)
    )


def same_setting(one, other, enough=0.95):
    """Say whether two pieces are one setting, up to transposition and a written-out repeat."""
    shared = min(len(one), len(other))
    for a, b in ((one[:shared], other[:shared]), (one[-shared:], other[-shared:])):
        distances = (a.astype(int) - b)[(a > 0) & (b > 0)]
        if Counter(distances.tolist()).most_common(1)[0][1] >= enough * a.size:
            return True
    return False


def group_tunes(melodies):
    """Return one group number per melody; melodies linked by `same_tune` share it."""
    group = list(range(len(melodies)))
    for i, j in combinations(range(len(melodies)), 2):
        if group[i] != group[j] and same_tune(melodies[i], melodies[j]):
            old, new = max(group[i], group[j]), min(group[i], group[j])
            group = [new if g == old else g for g in group]
    numbers = {g: n for n, g in enumerate(dict.fromkeys(group))}
    return [numbers[g] for g in group]


def choose_splits(names, tunes):
    """Return "train", "validation" or "test" per piece: about 70, 15 and 15 in a hundred.

    Whole tunes are dealt out, in an order that a hash of the tune's first piece decides.
    """
    members = defaultdict(list)
    for piece, tune in enumerate(tunes):
        members[tune].append(piece)
    order = sorted(
        members.values(),
        key=lambda pieces: hashlib.sha256(names[pieces[0]].encode()).digest(),
    )
    splits = ["train"] * len(tunes)
    held_out = round(0.15 * len(tunes))
    for split in ("test", "validation"):
        taken = 0
        while taken < held_out:
            pieces = order.pop()
            taken += len(pieces)
            for piece in pieces:
                splits[piece] = split
    return splits


def read_corpus():
    """Return the chorales as dicts, plain four-part scores first, and say what was left out."""
    chorales = []
    paths = corpus.getComposer("bach", fileExtensions=(".mxl", ".xml"))
    for path in sorted(map(Path, paths), key=lambda path: path.stem):
        score = converter.parse(path, forceSource=True)
        parts = singing_parts(score)
        if parts is None:
            print(f"{path.stem}: left out, not one each of {', '.join(VOICES).lower()}")
            continue
        pitches, onsets = read_grid(parts)
        silent = np.mean(~pitches.any(axis=1))
        if silent > 0.25:
            print(f"{path.stem}: left out, all voices are silent for {silent:.0%} of it")
            continue
        tonic, mode = find_key(score, pitches)
        chorales.append(
            {
                "piece": path.stem,
                "key": f"{TONICS[tonic]} {mode}",
                "instruments": len(score.parts) - 4,
                "pitches": pitches,
                "onsets": onsets,
            }
        )
    return sorted(chorales, key=lambda chorale: (chorale["instruments"], chorale["piece"]))


def main():
    chorales = []
    for chorale in read_corpus():
        for kept in chorales:
            if same_setting(chorale["pitches"], kept["pitches"]):
                print(f"{chorale['piece']}: left out, the same setting as {kept['piece']}")
                break
        else:
            chorales.append(chorale)
    chorales.sort(key=lambda chorale: chorale["piece"])
    tunes = group_tunes([melody_intervals(c["pitches"], c["onsets"]) for c in chorales])
    splits = choose_splits([c["piece"] for c in chorales], tunes)
    path = choose_path("chorales.npz")
    # Stored, not compressed: the bytes then depend on no version of zlib.
    np.savez(
        path,
        piece=np.array([c["piece"] for c in chorales]),
        key=np.array([c["key"] for c in chorales]),
        tune=np.array(tunes, np.int16),
        split=np.array(splits),
        length=np.array([len(c["pitches"]) for c in chorales], np.int16),
        pitches=np.concatenate([c["pitches"] for c in chorales]),
        onsets=np.packbits(np.concatenate([c["onsets"] for c in chorales])),
    )
    print(len(chorales), "chorales,", max(tunes) + 1, "tunes,", Counter(splits))
    report(path)


if __name__ == "__main__":
    main()
