"""Files are written whole or not at all: planted links, threads, kills, long names, modes, full disks."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError
from chalkgrad.nn import files

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and locks of Unix")


@pytest.fixture(params=["without a name", "with a name"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test twice: with files that have no name, where the system has them, and with drafts that have one."""
    if request.param == "with a name":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return str(request.param)


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    assert files.write(target, b"one") == target
    assert files.write(str(target), b"two" * 1000) == target
    assert target.read_bytes() == b"two" * 1000
    assert os.listdir(tmp_path) == ["a.json"]


@posix
def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    target, usual = tmp_path / "a", tmp_path / "usual"
    usual.touch()
    files.write(target, b"")
    assert target.stat().st_mode == usual.stat().st_mode
    for mode in (0o600, 0o640, 0o755, 0o444):
        target.chmod(mode)
        files.write(target, b"x")
        assert stat.S_IMODE(target.stat().st_mode) == mode


@posix
def test_a_planted_link_is_not_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("untouched")
    folder.mkdir()
    target = folder / "a"
    target.write_text("old")  # so that a draft gets a name in any case
    names = iter(["0" * 32, "1" * 32])
    monkeypatch.setattr("secrets.token_hex", lambda size: next(names))
    planted = folder / f".chalkgrad-{'0' * 32}.draft"  # as if the name had been guessed
    planted.symlink_to(outside)
    with pytest.raises(FileExistsError) as caught:
        files.write(target, b"new")
    assert caught.value.filename == str(target)
    assert (outside.read_text(), target.read_text()) == ("untouched", "old")
    target.unlink()
    target.symlink_to(outside)
    files.write(target, b"new")
    assert (outside.read_text(), target.read_text(), target.is_symlink()) == ("untouched", "new", False)


def test_names_of_drafts_cannot_be_foreseen(tmp_path: Path) -> None:
    names = {files._draft_of(tmp_path / "a").name for _ in range(100)}
    assert len(names) == 100
    assert all(files.DRAFT.fullmatch(name) for name in names)


@pytest.mark.parametrize("length", [1, 230, 250, 255])
def test_long_names(tmp_path: Path, length: int) -> None:
    target = tmp_path / ("a" * length)
    files.write(target, b"one")
    files.write(target, b"two")
    assert target.read_bytes() == b"two"
    with pytest.raises(OSError) as caught:
        files.write(tmp_path / ("a" * 256), b"")
    assert caught.value.filename == str(tmp_path / ("a" * 256))


def test_threads_on_one_name_do_not_collide(tmp_path: Path) -> None:
    target = tmp_path / "a"
    contents = [bytes([48 + i]) * 20_000 for i in range(4)]
    files.write(target, contents[0])
    errors: list[BaseException] = []
    seen: set[bytes] = set()
    done = threading.Event()

    def run(content: bytes) -> None:
        try:
            for _ in range(25):
                files.write(target, content)
        except BaseException as error:
            errors.append(error)

    def read() -> None:
        while not done.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=run, args=(content,)) for content in contents]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert errors == []
    assert seen <= set(contents)
    assert os.listdir(tmp_path) == ["a"]


def test_where_a_file_cannot_be_linked_a_draft_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*names: object, **settings: object) -> None:
        raise PermissionError(errno.EPERM, "not on this disk")

    monkeypatch.setattr(os, "link", refuse)
    for content in (b"one", b"two"):
        files.write(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == content
    assert os.listdir(tmp_path) == ["a"]


@posix
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"before")
    code = (
        "import resource, signal, sys\nfrom chalkgrad.nn import files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: files.write(sys.argv[1], b'x' * 100_000)\n"
        "except OSError as error: print(error.errno, error.filename)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(errno.EFBIG), str(target)]
    assert target.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a"]


@posix
def test_drafts_of_the_dead_are_swept_and_no_others(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    dead, alive = (tmp_path / f".chalkgrad-{digit * 32}.draft" for digit in "01")
    others = [tmp_path / ".chalkgrad-short.draft", tmp_path / f".chalkgrad-{'2' * 32}.draft.txt"]
    for path in (dead, alive, *others):
        path.write_text("part")
    folder = tmp_path / f".chalkgrad-{'3' * 32}.draft"
    folder.mkdir()
    link = tmp_path / f".chalkgrad-{'4' * 32}.draft"
    link.symlink_to(others[0])
    with alive.open() as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        files.write(tmp_path / "a", b"x")
    assert set(tmp_path.iterdir()) == {alive, *others, folder, link, tmp_path / "a"}


@posix
def test_kills_leave_the_last_complete_file_and_no_drafts(tmp_path: Path, way: str) -> None:
    code = (
        "import os, sys\nfrom chalkgrad.nn import files\n"
        + ("del os.O_TMPFILE\n" if way == "with a name" and sys.platform == "linux" else "")
        + "print('ready', flush=True)\n"
        "while True:\n  for i in range(10): files.write(sys.argv[1], bytes([48 + i]) * 50_000)"
    )
    target = tmp_path / "a"
    for i in range(15):
        child = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.003 + 0.0017 * i)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        if target.exists():
            content = target.read_bytes()
            assert content == content[:1] * 50_000
    files.write(target, b"last")
    assert os.listdir(tmp_path) == ["a"]


def test_what_is_no_place_for_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="there is no folder"):
        files.write(tmp_path / "missing" / "a", b"")
    with pytest.raises(ArgumentTypeError, match="path must be a str or a Path, got int"):
        files.write(3, b"")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="NUL"):
        files.write(f"{tmp_path}/a\0b", b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:
        files.write(tmp_path / "folder", b"")
    assert caught.value.filename == str(tmp_path / "folder")
    with pytest.raises(OSError):
        files.write("", b"")
    assert os.listdir(tmp_path) == ["folder"]


@posix
def test_a_device_or_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArgumentError, match="a device or a pipe"):
        files.write(tmp_path / "pipe", b"")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
