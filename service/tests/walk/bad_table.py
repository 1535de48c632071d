"""Bad input, and what is answered to each: the one place that says it. `bad.py` sends all of it.

A row is (what it is, how it is sent, what is answered from 14.0 on, what is answered before if that differs). An answer is either an HTTP
status, `HTTP 400`, or statuses of the document with their paths, such as `Status=14 Limit=59`; a bar between two values allows both, and
`*` stands for a Status at the top or in the only collection. `closed` is a connection that ends without an answer. Before 14.0 a status
of 101 and more cannot be said in a document, so an HTTP status stands for it.
"""

import base64
import gzip
import random

import wbxml
from wbxml import HEADER

SYNC = "AirSync:Sync"
LIMITS = ("HeartbeatInterval", "600")


def collection(*inside, class_=True):
    return lambda c: ("Collection", *(c.email_class if class_ else ()), *(part(c) if callable(part) else part for part in inside))


def own(tag, name):
    """An element with a value that the run knows: the inbox, its key."""
    return lambda c: (tag, getattr(c, name))


INBOX, KEY = own("CollectionId", "inbox"), own("SyncKey", "key")


def sync(*collections, more=()):
    """A Sync of these collections."""
    def send(c):
        inside = (("Collections", *(entry(c) for entry in collections)),) if collections else ()
        return c.post("Sync", (SYNC, *inside, *more))
    return send


def inbox(*inside, more=()):
    """A Sync of the inbox with the present key."""
    return sync(collection(KEY, INBOX, *inside), more=more)


def raw(command, data):
    """These bytes."""
    return lambda c: c.post(command, data)


def post(command, document):
    return lambda c: c.post(command, document(c) if callable(document) else document)


def http(method="POST", **changes):
    """A request whose query or headers are changed: a value of None leaves the part out."""
    return lambda c: c.http(method, **changes)


WORD = ("FreeText", "x")


def search(store, query, *more):
    """A Search of a store."""
    return post("Search", ("Search:Search", ("Store", ("Name", store), query, *more)))


def mailbox(*conditions, asked="0-9"):
    """A Search of the mailbox."""
    return search("Mailbox", ("Query", ("And", *conditions)), ("Options", ("Range", asked)))


def attachment(name):
    """GetAttachment, whose one argument is in the query."""
    return http(query={"Cmd": "GetAttachment", "AttachmentName": name}, body=b"")


def fresh(document, *, folder_sync=True, command="Ping"):
    """The same from a device that was never seen before."""
    return lambda c: c.fresh(command, document(c) if callable(document) else document, folder_sync)


def ping(*inside):
    return lambda c: ("Ping:Ping", *(part(c) if callable(part) else part for part in inside))


def folders(*names):
    return lambda c: ("Folders", *(("Folder", ("Id", getattr(c, name)), ("Class", "Email")) for name in names))


def estimate(ident, key):
    def document(c):
        parts = (("AirSync:SyncKey", getattr(c, key)), ("CollectionId", getattr(c, ident)))
        if c.email_class:
            parts = (("Class", "Email"), parts[1], ("AirSync:FilterType", "0"), parts[0])
        return ("GetItemEstimate:GetItemEstimate", ("Collections", ("Collection", *parts)))
    return post("GetItemEstimate", document)


def move(item, source, target):
    def document(c):
        return ("Move:MoveItems", ("Move", ("SrcMsgId", getattr(c, item)), ("SrcFldId", getattr(c, source)), ("DstFldId", getattr(c, target))))
    return post("MoveItems", document)


def operations(*inside):
    return post("ItemOperations", lambda c: ("ItemOperations:ItemOperations", *(part(c) if callable(part) else part for part in inside)))


def missing(command, namespace):
    """A command that is known, but not there; its body does not matter."""
    return raw(command, wbxml.encode(("%s:%s" % (namespace, command), ("Status", "1"))))




def fetch(item, *more):
    """ItemOperations Fetch of a message of the inbox."""
    def document(c):
        named = (("AirSync:CollectionId", c.inbox), ("AirSync:ServerId", getattr(c, item)))
        return ("ItemOperations:ItemOperations", ("Fetch", ("Store", "Mailbox"), *named, *more))
    return post("ItemOperations", document)


def packed(device_id, version=b"\x8d"):
    """A base64 query of a Sync whose DeviceId or version is changed."""
    data = version + b"\x00\x09\x04" + bytes([len(device_id)]) + device_id + b"\x00\x06Walker"
    return http(path="/Microsoft-Server-ActiveSync?" + base64.b64encode(data).decode(), headers={"MS-ASProtocolVersion": None})


def reshape(command, *inside):
    """A command that changes folders."""
    return post(command, lambda c: ("FolderHierarchy:" + command, *(part(c) if callable(part) else part for part in inside)))


RESHAPING = ("FolderCreate", "FolderUpdate", "FolderDelete")
HIERARCHY = own("SyncKey", "hierarchy_key")
NOWHERE = (("ServerId", "99999"), ("ParentId", "99999"), ("DisplayName", "x"), ("Type", "12"))
NO_FILE = ("Fetch", ("Store", "Mailbox"), ("AirSyncBase:FileReference", "nothing"))
WHOLE = wbxml.encode((SYNC, ("Collections", ("Collection", ("SyncKey", "0"), ("CollectionId", "1")))))
DEEP = HEADER + bytes([0x45, 0x5C, 0x4F]) * 20000
WIDE = HEADER + b"\x45" + b"\x13" * 2_000_000 + b"\x01"


def noise(seed):
    """A body that begins as it should and goes on at random; always the same for a seed."""
    return HEADER + random.Random(seed).randbytes(400)


NOT_WBXML = ("*=102", "HTTP 400")
GARBLED = ("*=102|103|4", "HTTP 400 or *=4")
PROTOCOL = ("*=4",)
SENDING = ("SendMail", "SmartReply", "SmartForward")
ABSENT = ("Status=137", "HTTP 501")

TABLE = (
    # documents
    *(("WBXML cut off after %d bytes" % length, raw("Sync", WHOLE[:length]), *NOT_WBXML) for length in range(1, len(WHOLE))),
    *(("WBXML cut off under Cmd=" + command, raw(command, WHOLE[:-3]), *NOT_WBXML)
      for command in ("FolderSync", "GetItemEstimate", "ItemOperations", "MoveItems", "Provision", "Search", "Settings")),
    ("string without end", raw("Sync", HEADER + b"\x45\x5c\x4f\x4b\x03abc"), *NOT_WBXML),
    ("opaque data longer than the body", raw("Sync", HEADER + b"\x45\x5c\x4f\x4b\xc3\x8f\xff\xff\xff\x7f"), *NOT_WBXML),
    ("another charset", raw("Sync", b"\x03\x01\x04\x00" + WHOLE[4:]), *NOT_WBXML),
    ("random bytes", raw("Sync", bytes(range(255, 0, -1))), *NOT_WBXML),
    *(("random bytes after a header, seed %d" % seed, raw("Sync", noise(seed)), *GARBLED) for seed in range(20)),
    *(("random bytes after a header, seed %d, under Cmd=Ping" % seed, raw("Ping", noise(seed)), "Status=4") for seed in range(20, 25)),
    ("elements 60,000 deep", raw("Sync", DEEP), *NOT_WBXML),
    ("two million elements", raw("Sync", WIDE), *NOT_WBXML),
    ("text that is no WBXML", raw("Sync", b"SyncKey=0&CollectionId=1"), *NOT_WBXML),
    ("a Ping under Cmd=Sync", post("Sync", ("Ping:Ping", LIMITS)), *PROTOCOL),
    ("a Sync under Cmd=Ping", raw("Ping", WHOLE), "Status=4"),
    ("a Sync under Cmd=FolderSync", raw("FolderSync", WHOLE), "Status=10"),
    *(("a Sync under Cmd=" + command, raw(command, WHOLE), "Status=2") for command in ("ItemOperations", "Provision", "Settings")),
    *(("a Sync under Cmd=" + command, raw(command, WHOLE), "Status=103", "HTTP 400") for command in ("GetItemEstimate", "MoveItems", "Search")),
    ("an encoding that is not known", http(headers={"Content-Encoding": "br"}, body=WHOLE), "HTTP 415"),
    ("gzip that is none", http(headers={"Content-Encoding": "gzip"}, body=WHOLE), "HTTP 400"),
    ("gzip that unfolds to 200 MB", http(headers={"Content-Encoding": "gzip"}, body=gzip.compress(bytes(200_000_000))), "HTTP 413"),
    # HTTP
    ("a body of 100 MB announced", lambda c: c.announce(100_000_000), "HTTP 413"),
    ("a chunked body without end", lambda c: c.endless(), "HTTP 413 or closed"),
    *((method, http(method), "HTTP 501") for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "FROBNICATE")),
    ("another path", http(path="/Microsoft-Server"), "HTTP 404"),
    ("no query", http(path="/Microsoft-Server-ActiveSync"), "HTTP 400"),
    ("Cmd unknown", http(query={"Cmd": "Frobnicate"}), "HTTP 501"),
    ("Cmd missing", http(query={"Cmd": None}), "HTTP 400"),
    ("DeviceId missing", http(query={"DeviceId": None}), "Status=108", "HTTP 400"),
    ("DeviceId empty", http(query={"DeviceId": ""}), "Status=108", "HTTP 400"),
    ("DeviceId with a comma", http(query={"DeviceId": "a,b"}), "Status=108", "HTTP 400"),
    ("DeviceType missing", http(query={"DeviceType": None}), "Status=109", "HTTP 400"),
    ("base64 query that is none", http(path="/Microsoft-Server-ActiveSync?jAAJ*BAp"), "HTTP 400"),
    ("base64 query without DeviceId", packed(b""), "Status=108"),
    ("base64 query of version 9.9", packed(b"BADINPUT0001", b"\x63"), "HTTP 400"),
    ("base64 query of version 25.5", packed(b"BADINPUT0001", b"\xff"), "Status=138"),
    ("base64 query cut off", http(path="/Microsoft-Server-ActiveSync?jAAJBAp2MTQ"), "HTTP 400"),
    ("query of 60 KB", http(query={"User": "u" * 60_000}), "HTTP 400|414|431 or closed"),
    ("headers of 60 KB", http(headers={"X-Long": "u" * 60_000}), "HTTP 400|431 or closed"),
    ("version missing", http(headers={"MS-ASProtocolVersion": None}), "HTTP 400"),
    *(("version " + version, http(headers={"MS-ASProtocolVersion": version}), "HTTP 400") for version in ("2.5", "abc")),
    ("version 1.0", http(headers={"MS-ASProtocolVersion": "1.0"}), "HTTP 505"),
    *(("version " + version, http(headers={"MS-ASProtocolVersion": version}), "Status=138") for version in ("17.0", "99.9")),
    ("wrong password", http(password="wrong"), "HTTP 401"),
    ("unknown user", http(user="nobody"), "HTTP 401"),
    ("no Authorization", http(headers={"Authorization": None}), "HTTP 401"),
    ("Authorization that is none", http(headers={"Authorization": "Basic ***"}), "HTTP 401"),
    ("WBXML cut off under Cmd=Ping, which knows no status above 8", raw("Ping", WHOLE[:-3]), "Status=4"),
    # Sync
    ("unknown folder", sync(collection(("SyncKey", "0"), ("CollectionId", "99999"))), "Collections/Collection/Status=12"),
    ("invented SyncKey", sync(collection(("SyncKey", "invented"), INBOX)), "Collections/Collection/Status=3"),
    ("stale SyncKey", sync(collection(own("SyncKey", "stale_key"), INBOX)), "Collections/Collection/Status=3"),
    ("SyncKey of 65 characters", sync(collection(("SyncKey", "k" * 65), INBOX)), *PROTOCOL),
    ("no SyncKey", sync(collection(INBOX)), *PROTOCOL),
    ("no CollectionId", sync(collection(KEY)), *PROTOCOL),
    ("neither Collections nor Partial", sync(), *PROTOCOL),
    ("GetChanges 1 with key 0", sync(collection(("SyncKey", "0"), INBOX, ("GetChanges", "1"))), *PROTOCOL),
    ("WindowSize that is no number", inbox(("WindowSize", "many")), *PROTOCOL),
    ("FilterType 8 for mail", inbox(("Options", ("FilterType", "8"))), *PROTOCOL),
    ("more than 200 commands", inbox(("Commands", *(("Fetch", ("ServerId", "1:%d" % item)) for item in range(201)))), *PROTOCOL),
    ("Change without a ServerId", inbox(("Commands", ("Change", ("ApplicationData", ("Email:Read", "1"))))), *PROTOCOL),
    ("Fetch of nothing known", inbox(("GetChanges", "0"), ("Commands", ("Fetch", ("ServerId", "no-such-item")))),
     "Collections/Collection/Responses/Fetch/Status=8"),
    ("a mail added", inbox(("GetChanges", "0"), ("Commands", ("Add", ("ClientId", "c1"), ("ApplicationData", ("Email:Subject", "s"))))),
     "Collections/Collection/Responses/Add/Status=6"),
    ("a collection twice", sync(collection(KEY, INBOX), collection(KEY, INBOX)), *PROTOCOL),
    ("an empty Sync with nothing remembered", fresh(None, command="Sync"), "Status=13"),
    ("a Partial Sync with nothing remembered", fresh((SYNC, ("Partial",), ("Wait", "5")), command="Sync"), "Status=13"),
    ("Wait and HeartbeatInterval", inbox(more=(("Wait", "5"), LIMITS)), *PROTOCOL),
    ("Wait of no minutes", inbox(more=(("Wait", "0"),)), "Status=14 Limit=1"),
    ("Wait of 60 minutes", inbox(more=(("Wait", "60"),)), "Status=14 Limit=59"),
    ("HeartbeatInterval of 59 s", inbox(more=(("HeartbeatInterval", "59"),)), "Status=14 Limit=60"),
    ("HeartbeatInterval of an hour", inbox(more=(("HeartbeatInterval", "3600"),)), "Status=14 Limit=3540"),
    # Ping
    ("Ping before FolderSync", fresh(ping(LIMITS, folders("inbox")), folder_sync=False), "Status=7"),
    ("Ping of a folder never synced", fresh(ping(LIMITS, folders("inbox"))), "Status=2 Folders/Folder=<inbox>"),
    ("Ping of an unknown folder", fresh(ping(LIMITS, folders("nowhere"))), "Status=7"),
    ("Ping with nothing cached", fresh(None), "Status=3"),
    ("Ping with an interval only, no folders cached", fresh(ping(LIMITS)), "Status=3"),
    ("Ping with folders only, no interval cached", fresh(ping(folders("inbox"))), "Status=3"),
    ("heartbeat of 10 s", post("Ping", ping(("HeartbeatInterval", "10"), folders("inbox"))), "Status=5 HeartbeatInterval=60"),
    ("heartbeat of a day", post("Ping", ping(("HeartbeatInterval", "86400"), folders("inbox"))), "Status=5 HeartbeatInterval=3540"),
    ("heartbeat that is no number", post("Ping", ping(("HeartbeatInterval", "soon"), folders("inbox"))), "Status=4"),
    ("2,000 folders", post("Ping", ping(LIMITS, ("Folders", *(("Folder", ("Id", str(ident)), ("Class", "Email")) for ident in range(2000))))),
     "Status=6 MaxFolders=1000"),
    ("a folder twice", post("Ping", ping(LIMITS, folders("inbox", "inbox"))), "Status=4"),
    ("a folder without Id", post("Ping", ping(LIMITS, ("Folders", ("Folder", ("Class", "Email"))))), "Status=4"),
    # the other commands
    ("FolderSync without a key", post("FolderSync", ("FolderHierarchy:FolderSync",)), "Status=10"),
    ("FolderSync with an invented key", post("FolderSync", ("FolderHierarchy:FolderSync", ("SyncKey", "invented"))), "Status=9"),
    ("FolderSync with an empty body", post("FolderSync", None), "Status=10"),
    *((command + " with nothing in it", reshape(command), "Status=10") for command in RESHAPING),
    *((command + " with an empty body", post(command, None), "Status=10") for command in RESHAPING),
    *((command + " with an invented key", reshape(command, ("SyncKey", "invented"), *NOWHERE), "Status=9") for command in RESHAPING),
    *((command + " with key 0", reshape(command, ("SyncKey", "0"), *NOWHERE), "Status=9") for command in RESHAPING),
    ("FolderCreate of a type that is none", reshape("FolderCreate", HIERARCHY, ("DisplayName", "x"), ("Type", "77")), "Status=10"),
    ("FolderCreate of a default folder", reshape("FolderCreate", HIERARCHY, ("DisplayName", "x"), ("Type", "4")), "Status=10"),
    ("FolderCreate without a name", reshape("FolderCreate", HIERARCHY, ("Type", "12")), "Status=10"),
    ("FolderCreate with an empty name", reshape("FolderCreate", HIERARCHY, ("DisplayName",), ("Type", "12")), "Status=10"),
    ("FolderCreate of a name that is there", reshape("FolderCreate", HIERARCHY, ("DisplayName", "INBOX"), ("Type", "12")), "Status=2"),
    ("FolderCreate below an unknown folder", reshape("FolderCreate", HIERARCHY, *NOWHERE), "Status=5"),
    ("FolderUpdate of an unknown folder", reshape("FolderUpdate", HIERARCHY, *NOWHERE), "Status=4"),
    ("FolderUpdate of the inbox", reshape("FolderUpdate", HIERARCHY, own("ServerId", "inbox"), ("ParentId", "0"), ("DisplayName", "x")), "Status=2"),
    ("FolderDelete of an unknown folder", reshape("FolderDelete", HIERARCHY, *NOWHERE), "Status=4"),
    ("FolderDelete of the inbox", reshape("FolderDelete", HIERARCHY, own("ServerId", "inbox")), "Status=3"),
    ("GetItemEstimate of an unknown folder", estimate("nowhere", "key"), "Response/Status=2"),
    ("GetItemEstimate with key 0", estimate("never", "zero"), "Response/Status=3"),
    ("GetItemEstimate with an invented key", estimate("inbox", "nowhere"), "Response/Status=4"),
    ("MoveItems from an unknown folder", move("item", "nowhere", "inbox"), "Response/Status=1"),
    ("MoveItems to an unknown folder", move("item", "inbox", "nowhere"), "Response/Status=2"),
    ("MoveItems to the same folder", move("item", "inbox", "inbox"), "Response/Status=4"),
    ("MoveItems of an unknown message", move("nowhere", "inbox", "trash"), "Response/Status=1"),
    ("ItemOperations with nothing in it", operations(), "Status=2"),
    ("ItemOperations of an unknown store", operations(("Fetch", ("Store", "Cellar"), ("AirSyncBase:FileReference", "no-such-file"))), "Response/Fetch/Status=9"),
    ("ItemOperations of an unknown message", fetch("nowhere"), "Response/Fetch/Status=6"),
    ("ItemOperations of a range that is none", operations((*NO_FILE, ("Options", ("Range", "9-2")))), "Response/Fetch/Status=8"),
    ("ItemOperations of an unknown file", operations(NO_FILE), "Response/Fetch/Status=15"),
    ("101 ItemOperations", operations(*[NO_FILE] * 101), "Status=11"),
    ("Settings with nothing in it", post("Settings", ("Settings:Settings",)), "Status=2"),
    # up to 12.1 the body is the message, and a document is none
    *((command + " with nothing in it", missing(command, "ComposeMail"), "Status=103", "HTTP 400") for command in SENDING),
    *((command + " with an empty body", post(command, None), "Status=103", "HTTP 400") for command in SENDING),
    # searches
    ("Search with nothing in it", post("Search", ("Search:Search",)), "Response/Store/Status=2"),
    ("Search with an empty body", post("Search", None), "Response/Store/Status=2"),
    ("Search of a store that is none", search("Cellar", ("Query", "x")), "Response/Store/Status=2"),
    ("Search of a document library", search("DocumentLibrary", ("Query", ("EqualTo", ("DocumentLibrary:LinkId",), ("Value", "x")))),
     "Response/Store/Status=4"),
    ("Search of the address list", search("GAL", ("Query", "anna")), "Status=1 Response/Store/Status=1 Response/Store/Total=0"),
    ("Search of an unknown folder", mailbox(("AirSync:CollectionId", "99999"), WORD), "Response/Store/Status=11"),
    ("Search of a folder outside And", search("Mailbox", ("Query", ("AirSync:CollectionId", "1"))), "Response/Store/Status=8"),
    ("Search for this or that", search("Mailbox", ("Query", ("Or", WORD))), "Response/Store/Status=8"),
    ("Search with a condition that is none", mailbox(WORD, ("EqualTo", ("Value", "x"))), "Response/Store/Status=2"),
    ("Search before a time that is none", mailbox(("LessThan", ("Email:DateReceived",), ("Value", "soon"))), "Response/Store/Status=2"),
    ("Search for a text of 2,000 characters", mailbox(("FreeText", "x" * 2000)), "Response/Store/Status=8"),
    ("Search for more results than an answer has", mailbox(WORD, asked="0-100"), "Response/Store/Status=12"),
    ("Search for a range that is none", mailbox(WORD, asked="9-2"), "Response/Store/Status=2"),
    ("Search for another class", mailbox(("AirSync:Class", "Tasks"), WORD), "Response/Store/Status=1 Response/Store/Total=0"),
    *(("ItemOperations of LongId %r" % ident, operations(("Fetch", ("Store", "Mailbox"), ("Search:LongId", ident))), "Response/Fetch/Status=6")
      for ident in ("x", "1:~nothing", "1:~../../../etc/passwd", "1:-" + "0" * 32, "99999:~x")),
    ("GetAttachment without a name", attachment(None), "HTTP 501", "HTTP 400"),
    *(("GetAttachment %r" % name, attachment(name), "HTTP 501", "HTTP 404") for name in ("x", "1:1:99", "1:~nothing:1", "99999:1:1")),
    # known commands that are not there
    ("ResolveRecipients", missing("ResolveRecipients", "ResolveRecipients"), *ABSENT),
    ("MeetingResponse", missing("MeetingResponse", "MeetingResponse"), *ABSENT),
    ("ValidateCert", missing("ValidateCert", "ValidateCert"), *ABSENT),
    ("Find, which no version before 16.1 has", missing("Find", "Find"), "HTTP 501"),
)
