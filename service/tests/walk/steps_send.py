"""The walk, last part: SendMail, SmartReply and SmartForward, in the form that the version has."""

import email
import email.policy

import wbxml
from eas import equal, expect
from phone import options, woken
from steps_push import HEARTBEAT, QUIET
from steps_search import FOLDER, head, search, text

OWN = "anna@example.org"


def message(subject, to=OWN, sender="boss@example.com", text="Wörter.\r\n"):
    """What a device sends: of its sender and its hidden recipient nothing may reach others."""
    head = "From: %s\r\nTo: %s\r\nBcc: %s\r\nSubject: %s\r\n" % (sender, to, OWN, subject)
    return (head + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text).encode()


class Sender:
    """A device of its own that knows inbox and sent mail, and the commands in its version's form."""

    count = 0

    def __init__(self, walk, name):
        self.walk, self.phone = walk, walk.new_device(name)
        self.old = walk.version == "12.1"
        self.phone.folder_sync("0")
        self.inbox, self.sent = (self.phone.folder(kind=kind) for kind in "25")
        for folder in (self.inbox, self.sent):
            self.phone.start(folder, options())
            self.phone.sync_all(folder)

    @classmethod
    def new_id(cls):
        cls.count += 1
        return "walk-%d" % cls.count

    def send(self, mime, client_id=None, source=None, whole=False, command="SendMail", status=None, long_id=None):
        """Sends; a success has no body. `status` is the one of a failure: a number from 14.0 on, else one of HTTP."""
        if self.old:
            parameters = {"Options": 1, "SaveInSent": "T"}
            if self.phone.device.packed:
                del parameters["SaveInSent"]
            if source:
                parameters |= {"CollectionId": self.inbox, "ItemId": source}
            if long_id:
                parameters |= {"LongId": long_id}
            answer = self.phone.post(command, mime, parameters=parameters, media="message/rfc822", status=status or 200)
            equal(answer.body, b"", "body of an answer to " + command)
            return
        inside = [("ClientId", client_id or self.new_id())]
        inside += [("Source", ("FolderId", self.inbox), ("ItemId", source))] if source else []
        inside += [("Source", ("LongId", long_id))] if long_id else []
        inside += [("SaveInSentItems",)]
        inside += [("ReplaceMime",)] if whole else []
        answer = self.phone.post(command, ("ComposeMail:" + command, *inside, ("Mime", mime)))
        equal(answer.document and answer.text("Status"), status, "Status of " + command)

    def arrived(self, folder=None):
        """The one message that came: its id and its text as it is in the file."""
        folder = folder or self.inbox
        page = self.phone.sync(folder).holds(added=1)
        (item, data), = page.added.items()
        return item, wbxml.text(data, "Email:Subject")


def files_with(walk, subject, folder=""):
    return [path for path in walk.box.files(folder) if b"\nSubject: " + subject.encode() in path.read_bytes()]


def parsed(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def content(part):
    """The text with line ends as Python has them."""
    return part.get_content().replace("\r\n", "\n")


def send_mail(walk):
    """SendMail: it arrives and wakes who waits, under the user's own address; a copy is in Sent and does not wake; a repeat is one"""
    sender = walk.sender = Sender(walk, "WALKSENDER1")
    waiting = sender.phone.park_ping(HEARTBEAT, [sender.sent])
    waiting.silent(QUIET)
    sister = walk.other_sender = Sender(walk, "WALKSENDER2")
    theirs = sister.phone.park_ping(HEARTBEAT, [sister.inbox])
    theirs.silent(QUIET)
    mime, client_id = message("walked out"), sender.new_id()
    sender.send(mime, client_id)
    woken(theirs, [sister.inbox])
    waiting.silent(QUIET)
    waiting.leave()
    equal([sender.arrived()[1], sender.arrived(sender.sent)[1]], ["walked out"] * 2, "subjects")
    (file,), (copy,) = files_with(walk, "walked out"), files_with(walk, "walked out", ".Sent")
    mail = parsed(file)
    equal((mail["From"], mail["Bcc"], mail["Return-Path"]), (OWN, None, "<%s>" % OWN), "whose it is")
    expect(mail["Date"] and mail["Message-ID"] and mail["Received"], "no Date, Message-ID or Received", mail.items())
    equal(content(mail), "Wörter.\n", "text")
    equal((parsed(copy)["Bcc"], copy.name.rpartition(",")[2]), (OWN, "S"), "the copy")
    sender.send(mime, client_id, status=None if sender.old else "118")
    equal((len(files_with(walk, "walked out")), len(files_with(walk, "walked out", ".Sent"))), (1, 1), "files after a repeat")


def smart_reply(walk):
    """SmartReply: the original is quoted, its thread goes on, and it is marked as answered; a whole one brings nothing along"""
    sender = walk.sender
    mail, _ = walk.deliver()
    walk.settle(sender.phone, sender.inbox, 1)
    item, _ = sender.arrived()
    sender.send(message("Re: walked"), source=item, command="SmartReply")
    reply = parsed(files_with(walk, "Re: walked")[0])
    equal((reply["In-Reply-To"], reply["References"].split()[-1]), (mail.message_id.decode(),) * 2, "thread")
    expect("Wörter." in content(reply) and "-----Original Message-----" in content(reply), "what was quoted", content(reply))
    expect("R" in walk.box.letters(walk.files[mail.number]), "not marked as answered")
    if not sender.old:
        sender.send(message("Re: whole"), source=item, whole=True, command="SmartReply")
        whole = parsed(files_with(walk, "Re: whole")[0])
        equal((content(whole), whole["In-Reply-To"]), ("Wörter.\n", mail.message_id.decode()), "a whole reply")
    walk.source = item


def smart_forward(walk):
    """SmartForward: text and attachments of the original go along, byte for byte; it is marked as forwarded; a missing original is 150"""
    sender = walk.sender
    raw = (b"From: x@example.org\r\nTo: anna@example.org\r\nSubject: two files\r\nMIME-Version: 1.0\r\n"
           b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe text.\r\n--b\r\n"
           b"Content-Type: application/x-one; name=one.bin\r\nContent-Transfer-Encoding: base64\r\n"
           b"Content-Disposition: attachment; filename=one.bin\r\n\r\nAAEC/w==\r\n--b--\r\n")
    sender.phone.sync_all(sender.inbox)
    unique = walk.box.deliver(raw).unique
    walk.settle(sender.phone, sender.inbox, 1)
    item, _ = sender.arrived()
    sender.send(message("Fw: walked"), source=item, command="SmartForward")
    forward = parsed(files_with(walk, "Fw: walked")[0])
    files = {part.get_filename(): part.get_content() for part in forward.iter_attachments()}
    equal(files, {"one.bin": b"\x00\x01\x02\xff"}, "attachments")
    text = content(forward.get_body())
    expect("Wörter." in text and "The text." in text, "text", text)
    expect("P" in walk.box.letters(unique), "not marked as forwarded")
    missing = sender.inbox + ":99999999"
    for command in ("SmartReply", "SmartForward"):
        sender.send(message("to nobody"), source=missing, command=command, status=400 if sender.old else "150")


def answer_found(walk):
    """SmartReply to a message that only a search knows: it is quoted, and marked as answered; one that is gone is 150"""
    sender = walk.sender
    unique = walk.box.deliver(head(b"Unseen") + b"\nOnly found.\n", FOLDER).unique
    (_, ident, *_), = search(walk, text("subject:unseen"))
    sender.send(message("Re: Unseen"), long_id=ident, command="SmartReply")
    expect("Only found." in content(parsed(files_with(walk, "Re: Unseen")[0])), "nothing quoted")
    expect("R" in walk.box.letters(unique, FOLDER), "not marked as answered")
    walk.box.path(unique, FOLDER).unlink()
    sender.send(message("to nobody"), long_id=ident, command="SmartReply", status=400 if sender.old else "150")


def refused(walk):
    """What cannot be sent is told and reaches nobody: no message, no recipient, somebody who is not here and no relay"""
    sender = walk.sender
    for mime, status in ((b"no message", "107"), (b"Subject: x\r\n\r\nx", "119"), (message("lost", "x@example.net"), "116"),
                         (message("lost", "anna@example.org, nobody@example.org"), "116")):
        sender.send(mime, status=400 if sender.old else status)
    equal(files_with(walk, "lost") + files_with(walk, "lost", ".Sent"), [], "files")


STEPS = (send_mail, smart_reply, smart_forward, answer_found, refused)
