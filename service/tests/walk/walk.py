"""A walk through everything that a phone does with its mail account, by a client that shares no code with the service.

    walk.py --url http://127.0.0.1:8080 --user U --password P --maildir DIR --contacts DIR --version 14.1 [--base64] [--gzip] [--record DIR]

The folders are the account's Maildir and its address books, seen by the server; they may be empty or missing. The walk fills them, so that
it starts from a known state, and the server must not have been asked for them before. Prints one line a step and exits with 0 when every step holds.
"""

import argparse
import sys
import threading
import time
import traceback

import mails
import steps_account
import steps_change
import steps_contacts
import steps_discover
import steps_drafts
import steps_fill
import steps_folders
import steps_keys
import steps_move
import steps_operations
import steps_push
import steps_reshape
import steps_search
import steps_send
from addressbook import AddressBook
from eas import Device, Recorder, expect
from items import sender_number
from maildir import Maildir
from phone import Phone

MESSAGES = 500
SOON = 5  # seconds within which the server has to have noticed what happened to a file
APART = 3000  # seconds between two messages: 500 of them reach 17 days back


class Walk:
    """What the steps share: two devices, the Maildir, its messages by number, and the server's ids of them."""

    def __init__(self, arguments):
        self.version = arguments.version
        recorder = Recorder(arguments.record)
        self.new_device = lambda name: Phone(Device(
            arguments.url, arguments.user, arguments.password, name, arguments.version, arguments.base64, arguments.gzip, recorder))
        self.phone, self.other = self.new_device("WALKER0001"), self.new_device("WALKER0002")
        self.box = Maildir(arguments.maildir)
        self.book = AddressBook(arguments.contacts)
        self.mails, self.files, self.ids = {}, {}, {}
        self.next_number = MESSAGES
        self.used = set()

    def prepare(self):
        """Fills the Maildir: the older a message, the higher its number."""
        for folder in (".Sent", ".Drafts", ".Trash", ".Archive", ".Archive.Old", ".B&APw-cher"):
            self.box.make(folder)
        now = int(time.time())
        for number in range(MESSAGES):
            mail = mails.make(number, now - 600 - number * APART)
            letters = self.letters_at_start(number)
            self.mails[number] = mail
            self.files[number] = self.box.deliver(mail.raw, when=mail.date, letters=letters or None).unique

    @staticmethod
    def letters_at_start(number):
        """The flags that a message of the first 500 has before a device comes."""
        letters = ("F" if number % 10 == 4 else "") + ("R" if number % 14 == 5 else "") + ("S" if number % 3 == 1 else "")
        return letters if number < MESSAGES else ""

    def name_folders(self):
        self.inbox, self.drafts, self.trash, self.sent = (self.phone.folder(kind=kind) for kind in "2345")
        self.archive = self.phone.folder(name="Archive")

    def deliver(self, folder="", kind=None):
        """A new message from outside; gives the message, with its file and the time of its rename."""
        mail = mails.make(self.next_number, int(time.time()), kind)
        self.next_number += 1
        self.mails[mail.number] = mail
        delivery = self.box.deliver(mail.raw, folder, mail.date)
        self.files[mail.number] = delivery.unique
        return mail, delivery

    def received(self, page, folder):
        """Notes the ids of a page's new messages of a folder; gives (number, id) of each."""
        found = [(sender_number(data), item) for item, data in page.added.items()]
        if folder == self.inbox:
            self.ids.update(found)
        return found

    def catch_up(self, *phones):
        """All devices know everything there is; what they are told on the way is not looked at."""
        folders = {self.inbox: "", self.archive: ".Archive", self.trash: ".Trash", self.sent: ".Sent"}

        def complete(phone, folder):
            for page in phone.sync_all(folder):
                self.received(page, folder)
            return len(phone.items[folder])

        for phone in phones or (self.phone, self.other):
            for folder, name in folders.items():
                until(lambda: complete(phone, folder), len(self.box.files(name)), "messages of a folder")

    @staticmethod
    def settle(phone, folder, changes):
        """Waits until the server has seen what was done to the files: so many changes are to be told."""
        until(lambda: phone.estimate(folder), changes, "Estimate")

    def arrive(self, phone, folder="", count=1):
        """Delivers so many messages into a folder that the device knows everything of; gives their numbers once the server has them."""
        ident = self.archive if folder == ".Archive" else self.inbox
        numbers = [self.deliver(folder)[0].number for _ in range(count)]
        self.settle(phone, ident, count)
        return numbers

    def untouched(self):
        """A message of the inbox without flags that no step has used yet, as (number, id, unique name)."""
        number = next(number for number in sorted(self.ids) if self.letters_at_start(number) == "" and number not in self.used)
        self.used.add(number)
        return number, self.ids[number], self.files[number]


def until(look, wanted, what):
    """Looks again and again, for a few seconds at most, until it sees what is wanted."""
    last, pause = time.monotonic() + SOON, threading.Event()
    while (got := look()) != wanted:
        expect(time.monotonic() < last, "%s: got %r, wanted %r" % (what, got, wanted))
        pause.wait(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--url", "--user", "--password", "--maildir", "--contacts"):
        parser.add_argument(name, required=True)
    parser.add_argument("--version", required=True, choices=("12.1", "14.0", "14.1", "16.0", "16.1"))
    parser.add_argument("--base64", action="store_true", help="the packed form of the query")
    parser.add_argument("--gzip", action="store_true", help="accept and send gzip")
    parser.add_argument("--record", help="folder for all bodies")
    walk = Walk(parser.parse_args())
    walk.prepare()
    parts = (steps_discover, steps_account, steps_fill, steps_push, steps_change, steps_move, steps_keys, steps_folders, steps_reshape,
             steps_operations, steps_search, steps_contacts, steps_drafts, steps_send)
    for step in (step for part in parts for step in part.STEPS):
        begun = time.monotonic()
        try:
            step(walk)
        except Exception:
            traceback.print_exc()
            print("FAIL  %s  %s" % (walk.version, step.__doc__))
            return 1
        print("ok    %s  %s (%.0f ms)" % (walk.version, step.__doc__, (time.monotonic() - begun) * 1000), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
