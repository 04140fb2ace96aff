"""The chorales: counts, splits without a shared melody, sensible voices."""

import zipfile

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("chorales")
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def chorales():
    return datasets.load_chorales()


@pytest.fixture(scope="module")
def rows(chorales):
    """All pieces in one dict of columns."""
    return {
        column: np.concatenate([chorales[split][column] for split in SPLITS])
        for column in chorales["train"]
    }


def test_splits_and_columns(chorales):
    assert tuple(chorales.splits) == SPLITS
    assert [len(chorales[split]["piece"]) for split in SPLITS] == [272, 60, 58]
    assert list(chorales["train"]) == [
        "piece",
        "key",
        "tonic",
        "mode",
        "tune",
        "pitches",
        "onsets",
    ]


def test_each_piece_is_there_once(rows):
    assert len(rows["piece"]) == len(set(rows["piece"])) == 390
    assert all(piece.startswith("bwv") for piece in rows["piece"])


def test_no_melody_is_in_two_splits(chorales):
    tunes = [set(chorales[split]["tune"]) for split in SPLITS]
    assert len(set.union(*tunes)) == sum(map(len, tunes)) == 195


def test_famous_variants_share_their_tune(rows):
    # The passion chorale in six harmonisations, and "Jesu, meine Freude" in three.
    tune = dict(zip(rows["piece"], rows["tune"], strict=True))
    passion = {"bwv135.6", "bwv153.5", "bwv161.6", "bwv244.54", "bwv248.5", "bwv270"}
    assert len({tune[piece] for piece in passion}) == 1
    freude = {"bwv227.1", "bwv358", "bwv64.8"}
    assert len({tune[piece] for piece in freude}) == 1
    assert tune["bwv270"] != tune["bwv358"]


def test_openings_of_melodies_do_not_repeat_across_splits(chorales):
    # Another measure than the maker's: the first thirty notes' intervals, compared one by one.
    def opening(pitches, onsets):
        soprano = pitches[:, 0].astype(int)
        return tuple(np.diff(soprano[onsets[:, 0] & (soprano > 0)])[:30])

    openings = [
        {
            opening(*piece)
            for piece in zip(chorales[s]["pitches"], chorales[s]["onsets"], strict=True)
        }
        for s in SPLITS
    ]
    assert not (openings[0] & openings[1] or openings[0] & openings[2] or openings[1] & openings[2])


def test_types_and_shapes(rows):
    assert rows["tonic"].dtype == np.int8 and rows["tune"].dtype == np.int16
    for pitches, onsets in zip(rows["pitches"], rows["onsets"], strict=True):
        assert pitches.dtype == np.int8 and onsets.dtype == bool
        assert pitches.shape == onsets.shape and pitches.shape[1] == 4
        assert 64 <= len(pitches) <= 1000


def test_voices_keep_to_their_ranges(rows):
    pitches = np.concatenate(list(rows["pitches"])).astype(float)
    pitches[pitches == 0] = np.nan
    assert np.nanmin(pitches, axis=0).tolist() == [57, 53, 48, 36]
    assert np.nanmax(pitches, axis=0).tolist() == [81, 74, 69, 64]
    assert np.all(np.diff(np.nanmean(pitches, axis=0)) < -5)
    assert np.isnan(pitches).mean() < 0.02


def test_onsets_explain_every_change(rows):
    for pitches, onsets in zip(rows["pitches"], rows["onsets"], strict=True):
        assert not onsets[pitches == 0].any()
        changed = np.concatenate([pitches[:1] > 0, pitches[1:] != pitches[:-1]])
        assert onsets[changed & (pitches > 0)].all()
    # Notes struck again at the same pitch, which pitches alone do not tell.
    repeated = [
        (onsets[1:] & (pitches[1:] == pitches[:-1])).sum()
        for pitches, onsets in zip(rows["pitches"], rows["onsets"], strict=True)
    ]
    assert sum(repeated) > 10_000


def test_most_notes_begin_on_a_beat(rows):
    onsets = [onsets[:, 0] for onsets in rows["onsets"]]
    on_beat = sum(voice[::4].sum() for voice in onsets)
    assert on_beat > 0.8 * sum(voice.sum() for voice in onsets)


def test_keys(rows):
    assert set(rows["mode"]) == {"major", "minor"}
    for name, tonic, mode in zip(rows["key"], rows["tonic"], rows["mode"], strict=True):
        assert name == f"{datasets.TONICS[tonic]} {mode}"
    # In most pieces the bass ends on the tonic; the others end on the dominant or are modal.
    last = np.array([pitches[pitches[:, 3] > 0, 3][-1] % 12 for pitches in rows["pitches"]])
    assert np.mean(last == rows["tonic"]) > 0.9


def test_a_known_opening(rows):
    # BWV 269, "Aus meines Herzens Grunde", in G major: an upbeat, then the bass leaps an octave.
    index = list(rows["piece"]).index("bwv269")
    assert rows["key"][index] == "G major"
    beats = rows["pitches"][index][:16:4]
    assert beats.tolist() == [
        [67, 62, 59, 43],
        [67, 62, 59, 55],
        [67, 64, 60, 52],
        [74, 62, 57, 54],
    ]


def test_the_file_is_plain_and_dateless():
    with zipfile.ZipFile(datasets.FOLDER / "chorales.npz") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(datasets.FOLDER / "chorales.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
