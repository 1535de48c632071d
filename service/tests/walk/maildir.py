"""A Maildir++ as other programs use it: mail is delivered through tmp/ into new/, flags are letters of a file name in cur/."""

import dataclasses
import itertools
import os
import pathlib
import shutil
import time

COUNTER = itertools.count(1)


@dataclasses.dataclass
class Delivery:
    """A delivered message: the unique part of its file name, and the monotonic time in ns just before the rename into new/."""

    unique: str
    at: int


class Maildir:
    """The tree of one account. A folder is "" (the inbox) or a name with its dots, such as `.Archive.Old`."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.make("")

    def folder(self, name):
        return self.root / name if name else self.root

    def make(self, name):
        for part in ("tmp", "new", "cur"):
            (self.folder(name) / part).mkdir(parents=True, exist_ok=True)

    def rename(self, old, new):
        os.rename(self.folder(old), self.folder(new))

    def drop(self, name):
        shutil.rmtree(self.folder(name))

    def deliver(self, raw, folder="", when=None, letters=None):
        """Delivers as a mail program does. With letters, a reader has also moved the message to cur/ already."""
        when = int(time.time()) if when is None else when
        unique = "%d.M%06dP%d.walk" % (when, next(COUNTER), os.getpid())
        place = self.folder(folder)
        place.joinpath("tmp", unique).write_bytes(raw)
        os.utime(place / "tmp" / unique, (when, when))
        target = place / "new" / unique if letters is None else place / "cur" / ("%s:2,%s" % (unique, letters))
        at = time.monotonic_ns()
        os.rename(place / "tmp" / unique, target)
        return Delivery(unique, at)

    def files(self, folder=""):
        """All messages of a folder."""
        return [path for part in ("new", "cur") for path in self.folder(folder).joinpath(part).iterdir()]

    def path(self, unique, folder=""):
        """The file of a message, or None."""
        return next((path for path in self.files(folder) if path.name.partition(":")[0] == unique), None)

    def letters(self, unique, folder=""):
        """The flag letters of a message that has to be there."""
        return self.path(unique, folder).name.partition(":2,")[2]

    def mark(self, unique, letters, folder=""):
        """Another program changes the flags."""
        os.rename(self.path(unique, folder), self.folder(folder) / "cur" / ("%s:2,%s" % (unique, "".join(sorted(letters)))))

    def remove(self, unique, folder=""):
        """Another program removes the message."""
        self.path(unique, folder).unlink()

    def holding(self, content, folder=""):
        """The files of a folder that hold these bytes; a server may give a moved message a name of its own."""
        return [path for path in self.files(folder) if content in path.read_bytes()]
