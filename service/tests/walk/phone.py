"""What a device remembers: folders, keys and items. Every answer is held against it, so that nothing is added twice or deleted unseen."""

import dataclasses
import time

import wbxml
from eas import PATIENCE, equal, expect

PLAIN, HTML, MIME = "1", "2", "4"


def options(filter_type="0", bodies=((PLAIN, 1024),), mime_support=None, conflict=None):
    """An Options element; a body is (type, truncation size or None)."""
    inside = [("FilterType", filter_type)]
    for kind, size in bodies:
        limit = [] if size is None else [("TruncationSize", str(size))]
        inside.append(("AirSyncBase:BodyPreference", ("Type", kind), *limit))
    if conflict is not None:
        inside.append(("Conflict", conflict))
    if mime_support is not None:
        inside.append(("MIMESupport", mime_support))
    return ("Options", *inside)


def change(item, *data):
    """A client's Change; the tags in it are qualified."""
    return ("Change", ("ServerId", item), ("ApplicationData", *data))


def read(item, value="1"):
    return change(item, ("Email:Read", value))


@dataclasses.dataclass
class Page:
    """What one Sync answer said of one collection. An empty body is a page without a status."""

    status: str = None
    key: str = None
    more: bool = False
    added: dict = dataclasses.field(default_factory=dict)
    changed: dict = dataclasses.field(default_factory=dict)
    deleted: list = dataclasses.field(default_factory=list)
    dropped: list = dataclasses.field(default_factory=list)  # SoftDelete
    responses: dict = dataclasses.field(default_factory=dict)  # (tag, server id) -> element

    @property
    def quiet(self):
        """Whether it tells nothing."""
        return not (self.added or self.changed or self.deleted or self.dropped or self.responses or self.more)

    def holds(self, added=0, changed=0, deleted=0, dropped=0, responses=0):
        """The page has exactly so many of each."""
        got = [len(part) for part in (self.added, self.changed, self.deleted, self.dropped, self.responses)]
        equal(got, [added, changed, deleted, dropped, responses], "adds, changes, deletes, soft deletes, responses")
        return self


def read_page(collection, version, class_="Email"):
    """A Collection element of an answer, its order and its ids checked."""
    order = ["Class", "SyncKey", "CollectionId", "Status", "MoreAvailable", "Responses", "Commands"]
    tags = wbxml.tags(collection)
    equal(tags, [tag for tag in order if tag in tags], "order in Collection")
    status = wbxml.text(collection, "Status")
    if status == "1":
        equal(wbxml.text(collection, "Class"), class_ if version == "12.1" else None, "Class in Collection")
    page = Page(status, wbxml.text(collection, "SyncKey"), "MoreAvailable" in tags)
    expect(page.key is None or 0 < len(page.key) <= 64, "SyncKey", page.key)
    for part in ("Responses", "Commands"):
        element = wbxml.first(collection, part)
        expect(element is None or len(element) > 1, "an empty " + part)
        for entry in element[1:] if element else ():
            keep(page, part, entry)
    return page


def keep(page, part, entry):
    """Files one entry of Responses or Commands."""
    tag, ident = entry[0].partition(":")[2], wbxml.text(entry, "ServerId")
    expect(0 < len(ident) <= 64, "ServerId", ident)
    if part == "Responses":
        expect((tag, ident) not in page.responses, "two responses for", tag, ident)
        page.responses[tag, ident] = entry
    elif tag in ("Add", "Change"):
        target = page.added if tag == "Add" else page.changed
        expect(ident not in page.added and ident not in page.changed, "told twice in one page", ident)
        target[ident] = wbxml.first(entry, "ApplicationData")
        expect(target[ident] is not None, "no ApplicationData for", ident)
    else:
        {"Delete": page.deleted, "SoftDelete": page.dropped}[tag].append(ident)


class Phone:
    """A device with its memory: `folders` id -> (parent, name, type), `keys` and `items` by collection."""

    def __init__(self, device):
        self.device = device
        self.hierarchy_key = "0"
        self.folders, self.keys, self.items = {}, {}, {}
        self.classes = {}  # of folders that hold something else than mail

    def class_of(self, folder):
        return self.classes.get(folder, "Email")

    def post(self, command, document=None, **more):
        return self.device.post(command, document, **more)

    # -- folders

    def folder_sync(self, key=None, status="1"):
        """Runs FolderSync and applies it; gives the changes as (tag, server id)."""
        key = self.hierarchy_key if key is None else key
        answer = self.post("FolderSync", ("FolderHierarchy:FolderSync", ("SyncKey", key)))
        equal(answer.text("Status"), status, "Status of FolderSync")
        if status != "1":
            equal(wbxml.tags(answer.document), ["Status"], "content of a failed FolderSync")
            return []
        equal(wbxml.tags(answer.document), ["Status", "SyncKey", "Changes"], "content of FolderSync")
        changes = wbxml.first(answer.document, "Changes")
        entries = changes[2:]
        equal(wbxml.text(changes, "Count"), str(len(entries)), "Count")
        if key == "0":
            self.folders = {}
        self.hierarchy_key = answer.text("SyncKey")
        expect(0 < len(self.hierarchy_key) <= 64 and self.hierarchy_key != "0", "SyncKey", self.hierarchy_key)
        return [self.apply_folder(entry) for entry in entries]

    def apply_folder(self, entry):
        tag, ident = entry[0].partition(":")[2], wbxml.text(entry, "ServerId")
        expect(0 < len(ident) <= 64, "id of a folder", ident)
        if tag == "Delete":
            expect(ident in self.folders, "deleted, but never told", ident)
            del self.folders[ident]
            return tag, ident
        equal(ident in self.folders, tag == "Update", "%s of a folder that is known" % tag)
        parent = wbxml.text(entry, "ParentId")
        expect(parent == "0" or parent in self.folders, "parent not told before", ident, parent)
        self.folders[ident] = (parent, wbxml.text(entry, "DisplayName"), wbxml.text(entry, "Type"))
        return tag, ident

    def learn(self, name):
        """FolderSync until it tells of a folder that was just made: the service relies on the watch, which is a moment behind."""
        until = time.monotonic() + PATIENCE
        while all(own != name for _, own, _ in self.folders.values()):
            expect(time.monotonic() < until, "FolderSync never tells of", name)
            self.folder_sync()
            time.sleep(0.05)

    def folder(self, name=None, kind=None):
        """The id of the only folder with that name or type."""
        found = [ident for ident, (_, own, type_) in self.folders.items() if name in (None, own) and kind in (None, type_)]
        equal(len(found), 1, "folders with name %s and type %s" % (name, kind))
        return found[0]

    # -- items

    def collection(self, ident, *, key=None, window=100, get_changes=None, as_moves=None, choice=None, commands=()):
        """A Collection element of a request, in the order that the specification demands."""
        inside = [("Class", self.class_of(ident))] if self.device.version == "12.1" else []
        inside += [("SyncKey", self.keys.get(ident, "0") if key is None else key), ("CollectionId", ident)]
        inside += [] if as_moves is None else [("DeletesAsMoves", as_moves)]
        inside += [] if get_changes is None else [("GetChanges", get_changes)]
        inside += [] if window is None else [("WindowSize", str(window))]
        inside += [] if choice is None else [choice]
        inside += [("Commands", *commands)] if commands else []
        return ("Collection", *inside)

    def sync_request(self, collections, *more):
        return ("AirSync:Sync", ("Collections", *collections), *more)

    def pages(self, answer):
        """The pages of a Sync answer by collection; none for an empty body."""
        if answer.document is None:
            return {}
        equal(answer.text("Status"), None, "Status of the whole Sync")
        equal(wbxml.tags(answer.document), ["Collections"], "content of Sync")
        found = {}
        for collection in wbxml.every(answer.document, "Collections/Collection"):
            ident = wbxml.text(collection, "CollectionId")
            expect(ident not in found, "collection told twice", ident)
            found[ident] = read_page(collection, self.device.version, self.class_of(ident))
        expect(found, "Collections without a Collection")
        return found

    def ask(self, ident, **more):
        """One Sync of one collection, not applied."""
        answer = self.post("Sync", self.sync_request([self.collection(ident, **more)]))
        pages = self.pages(answer)
        expect(set(pages) <= {ident}, "collections nobody asked for", set(pages))
        return pages.get(ident, Page())

    def sync(self, ident, **more):
        """One Sync of one collection, applied."""
        return self.apply(ident, self.ask(ident, **more))

    def apply(self, ident, page):
        """Takes a page over, strictly: an Add has to be new, a Change and a Delete has to be of something known."""
        if page.status is None:
            return page
        equal(page.status, "1", "Status of collection %s" % ident)
        items = self.items.setdefault(ident, {})
        expect(page.quiet or page.key != self.keys.get(ident), "content under a key that did not change")
        for item, data in page.added.items():
            expect(item not in items, "added twice", item)
            items[item] = data
        for item in page.changed:
            expect(item in items, "changed, but never added", item)
        for item in page.deleted + page.dropped:
            expect(items.pop(item, None) is not None, "deleted, but never added", item)
        self.keys[ident] = page.key
        return page

    def start(self, ident, choice):
        """Key 0: a key and no items. Forgets what was there."""
        self.keys[ident], self.items[ident] = "0", {}
        page = self.sync(ident, window=None, choice=choice)
        expect(page.status == "1" and page.quiet, "key 0 has to be answered with a key only")
        return page

    def sync_all(self, ident, **more):
        """Syncs until there is no more; gives the pages."""
        pages = [self.sync(ident, **more)]
        while pages[-1].more:
            expect(len(pages) < 1000, "MoreAvailable without end")
            more.pop("commands", None)
            pages.append(self.sync(ident, **more))
        return pages

    def fetch(self, ident, item, choice):
        """An item through Fetch in Sync: its ApplicationData. Nothing else may come with it."""
        page = self.sync(ident, get_changes="0", choice=choice, commands=[("Fetch", ("ServerId", item))]).holds(responses=1)
        found = page.responses["Fetch", item]
        equal(wbxml.text(found, "Status"), "1", "Status of Fetch")
        return wbxml.first(found, "ApplicationData")

    def estimate(self, ident, filter_type="0"):
        """How many changes GetItemEstimate announces."""
        key = ("AirSync:SyncKey", self.keys[ident])
        if self.device.version == "12.1":
            inside = [("Class", self.class_of(ident)), ("CollectionId", ident), ("AirSync:FilterType", filter_type), key]
        else:
            inside = [key, ("CollectionId", ident), ("AirSync:Options", ("FilterType", filter_type))]
        answer = self.post("GetItemEstimate", ("GetItemEstimate:GetItemEstimate", ("Collections", ("Collection", *inside))))
        equal(answer.text("Response/Status"), "1", "Status of GetItemEstimate")
        equal(answer.text("Response/Collection/CollectionId"), ident, "CollectionId")
        return int(answer.text("Response/Collection/Estimate"))

    # -- waiting

    def ping_request(self, heartbeat=None, folders=None):
        inside = [] if heartbeat is None else [("HeartbeatInterval", str(heartbeat))]
        if folders is not None:
            inside.append(("Folders", *(("Folder", ("Id", ident), ("Class", self.class_of(ident))) for ident in folders)))
        return ("Ping:Ping", *inside)

    def park_ping(self, heartbeat=None, folders=None, link=None):
        """A Ping on a connection of its own; without arguments its body is empty."""
        empty = heartbeat is None and folders is None
        return self.device.park("Ping", None if empty else self.ping_request(heartbeat, folders), link)


def woken(parked, folders, others=(), within=10):
    """The parked Ping names exactly these folders, or also some of the others, which changed with them; gives the answer."""
    answer = parked.result(within)
    equal(answer.text("Status"), "2", "Status of Ping")
    equal(wbxml.tags(answer.document), ["Status", "Folders"], "content of Ping")
    named = [wbxml.value(folder) for folder in wbxml.every(answer.document, "Folders/Folder")]
    expect(len(named) == len(set(named)), "a folder named twice", named)
    expect(named and set(named) <= {*folders, *others} and (others or set(named) == set(folders)), "folders that changed", named, folders)
    return answer
