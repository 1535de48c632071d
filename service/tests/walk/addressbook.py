"""Address books as other programs keep them: a folder for each, in it a `.vcf` file for each contact."""

import os
import pathlib


class AddressBook:
    """One address book below the root of an account; it may be missing until the server makes it."""

    def __init__(self, root, name="contacts"):
        self.root = pathlib.Path(root)
        self.folder = self.root / name

    def files(self):
        """All cards, by the names of their files."""
        found = self.folder.glob("*.vcf") if self.folder.is_dir() else ()
        return {path.name: path.read_bytes().decode() for path in found}

    def write(self, name, *lines):
        """Another program writes a card beside its place and puts it there."""
        card = "".join(line + "\r\n" for line in ("BEGIN:VCARD", "VERSION:3.0", "UID:" + name, *lines, "END:VCARD"))
        draft = self.folder / ("." + name + ".tmp")
        draft.write_bytes(card.encode())
        os.rename(draft, self.folder / name)

    def remove(self, name):
        """Another program removes a card."""
        (self.folder / name).unlink()
