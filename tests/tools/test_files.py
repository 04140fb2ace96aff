"""What is written is there in full or not at all, and leaves nothing beside it."""

import json
import os

from course_tools.files import list_files, write_folder, write_whole

import pytest


def test_a_file_is_replaced_and_its_folders_are_made(tmp_path):
    path = tmp_path / "new" / "file.txt"
    for content, written in [("one\n", b"one\n"), (b"\x00\r\n", b"\x00\r\n"), ("ö", "ö".encode())]:
        write_whole(path, content)
        assert path.read_bytes() == written
    assert os.listdir(path.parent) == ["file.txt"]


def test_half_a_character_in_json_comes_back(tmp_path):
    text = json.dumps({"name": "a\udcffb\ud800"}, ensure_ascii=False)
    write_whole(tmp_path / "a.json", text)
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == json.loads(text)


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "full").touch()
    with pytest.raises(OSError):
        write_whole(tmp_path / "place", "x")
    with pytest.raises(OSError):
        write_folder(tmp_path / "new", {"a": b"1", "a/b": b"2"})
    assert [path.name for path in tmp_path.rglob("*")] == ["place", "full"]


def test_an_old_file_outlives_a_writer_that_is_stopped(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", "old")

    def stop(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", "new")
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "old"


def test_a_folder_takes_the_place_of_the_one_before(tmp_path):
    write_folder(tmp_path / "a", {"one/two.txt": b"2", "three": b"3"})
    write_folder(tmp_path / "a", {"four": b"4"})
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "a",
        "a/four",
    ]


@pytest.mark.parametrize("letter", ["\U0001f600", "\u6587", "x"])
def test_the_longest_names_can_be_written(letter, tmp_path):
    name = letter * (255 // len(letter.encode()))
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes shorter names alone")
    write_whole(tmp_path / name, "x")
    assert (tmp_path / name).read_text() == "x"


def test_caches_and_hidden_files_are_not_listed(tmp_path):
    names = ["b.py", "a/c.bin", "a/__pycache__/c.pyc", ".DS_Store", ".cache/x", "a/.ipynb/x.ipynb"]
    for name in names:
        write_whole(tmp_path / name, "")
    assert list_files(tmp_path) == [tmp_path / "a" / "c.bin", tmp_path / "b.py"]
