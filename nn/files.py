"""Writing a file whole or not at all, and so that it is still there after a power cut.

The content goes into a *draft* in the same folder; complete and on the disk, the draft takes the target's
name. Where files can be without a name (Linux), a draft has none until then, and a kill leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..engine import ArgumentError, ArgumentTypeError

DRAFT = re.compile(r"\.chalkgrad-[0-9a-f]{32}\.draft")  # short, whatever the target's name, and not to be guessed
NO_LINKS = {errno.ENOENT, errno.EPERM, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP}  # no /proc, or not on this disk
PERMISSIONS = 0o777  # the bits of a mode that are kept: not setuid and the like


def write(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file, and return its path. What stood there before goes only when the new one is complete.

    A file that stood there hands on its mode; a link is replaced, not followed. Of several writers on one
    name each writes a file of its own, and the last one's stays.

    Raises:
        ArgumentTypeError: `path` is no path.
        ArgumentError: its folder is missing, or it is something that is no file (a device, a pipe).
        OSError: the file cannot be written; the error names `path`.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise ArgumentTypeError(f"path must be a str or a Path, got {type(path).__name__}")
    target = Path(path)
    if "\0" in os.fspath(target):
        raise ArgumentError(f"save: the name holds a NUL: {os.fspath(path)!r}")
    if not target.parent.is_dir():
        raise ArgumentError(f"save: there is no folder {str(target.parent)!r}")
    try:
        _remove_drafts_of_the_dead(target.parent)
        mode = _mode(target)
        if not _write_without_a_name(target, content, mode):
            _write_draft(target, content, mode)
        _sync_folder(target.parent)
    except OSError as error:
        # Who asked for the file knows nothing of a draft.
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    return target


def _mode(target: Path) -> int | None:
    """The mode of the file that stands there; None where there is none, or a link."""
    try:
        found = target.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(found):
        return found & PERMISSIONS
    if stat.S_ISLNK(found) or stat.S_ISDIR(found):  # of a folder the system itself says that it is one
        return None
    raise ArgumentError(f"save: {str(target)!r} is no file but a device or a pipe")


def _write_without_a_name(target: Path, content: bytes, mode: int | None) -> bool:
    """Write a file without a name, then give it the target's; False where the system does not know such files."""
    if not hasattr(os, "O_TMPFILE"):
        return False
    try:
        fd = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    except OSError:  # not on this disk; where nothing can be written at all, the draft will say so
        return False
    try:
        _lock(fd)
        _fill(fd, content, mode)
        # The number of a folder makes Python take the call that follows the link of /proc to the open file.
        give_a_name = partial(os.link, f"/proc/self/fd/{fd}", src_dir_fd=fd, follow_symlinks=True)
        try:
            if not os.path.lexists(target):
                with contextlib.suppress(FileExistsError):  # another was quicker: then it is replaced
                    give_a_name(target)
                    return True
            draft = _draft_of(target)
            try:
                give_a_name(draft)
                os.replace(draft, target)  # at once: a kill between these two lines leaves a draft
            finally:
                draft.unlink(missing_ok=True)
            return True
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            return False
    finally:
        os.close(fd)


def _write_draft(target: Path, content: bytes, mode: int | None) -> None:
    """Write a draft that has a name, and let it take the target's place."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        draft = _draft_of(target)
        try:
            fd = os.open(draft, flags, 0o666 if mode is None else 0o600)
            try:
                _lock(fd)
                if not os.path.lexists(draft):  # swept away before it was locked, as if its writer were dead
                    continue
                _fill(fd, content, mode)
                if sys.platform != "win32":  # which renames no open file
                    draft.replace(target)
                    return
            finally:
                os.close(fd)
            draft.replace(target)
            return
        finally:
            draft.unlink(missing_ok=True)


def _draft_of(target: Path) -> Path:
    return target.parent / f".chalkgrad-{secrets.token_hex(16)}.draft"


def _fill(fd: int, content: bytes, mode: int | None) -> None:
    """Write the content, to the disk itself."""
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    if mode is not None and sys.platform != "win32":
        os.fchmod(fd, mode)
    os.fsync(fd)


def _sync_folder(folder: Path) -> None:
    """Write the folder's list of names to the disk, where folders can be opened."""
    if sys.platform == "win32" or not os.access(folder, os.R_OK):
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


# Drafts of writers that were killed. A writer locks its draft, and a lock ends with its owner: a draft that
# can be locked is nobody's any more.


def _lock(fd: int) -> bool:
    """Lock a draft of one's own. Where there are no locks, drafts of others are left alone as well."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def _remove_drafts_of_the_dead(folder: Path) -> None:
    if sys.platform == "win32" or not os.access(folder, os.R_OK):
        return
    for name in [name for name in os.listdir(folder) if DRAFT.fullmatch(name)]:
        with _unclaimed(folder / name) as is_dead:
            if is_dead:
                (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _unclaimed(draft: Path) -> Iterator[bool]:
    """Whether a file is a draft whose writer is no more; it is locked until the block is left."""
    if sys.platform == "win32":
        yield False
        return
    import fcntl

    try:
        fd = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # gone, a link, or another user's
        yield False
        return
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink != 1:
            yield False
            return
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its writer lives
            yield False
            return
        yield os.path.lexists(draft)
    finally:
        os.close(fd)
