"""WBXML of ActiveSync, written a second time: a small encoder and a strict decoder that share nothing with the service.

A document is nested tuples: `("FolderHierarchy:FolderSync", ("SyncKey", "0"))`. First the tag, then what is in it: tuples, `str` for
inline strings, `bytes` for opaque data. A tag without a namespace has that of its parent; `decode` always writes the namespace out.
"""

import base64
import re

from tokens import BY_CODE, BY_NAME, VERSIONS

HEADER = bytes.fromhex("03016a00")
SWITCH_PAGE, END, STR_I, OPAQUE, CONTENT = 0x00, 0x01, 0x03, 0xC3, 0x40
BASE64 = {"Email2:ConversationId", "Email2:ConversationIndex", "ItemOperations:ConversationId", "Search:ConversationId",
          "GAL:Data", "ResolveRecipients:Data", "AirSyncBase:Content"}  # opaque bytes that are no text
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0


class Wrong(Exception):
    """The bytes are not a document as a server should write it."""


def full(tag, parent=""):
    """The tag with its namespace."""
    return tag if ":" in tag else "%s:%s" % (parent.partition(":")[0], tag)


def mb_u32(number):
    """A multi-byte integer: seven bits a byte, the most significant first."""
    out = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        out.insert(0, number & 0x7F | 0x80)
    return bytes(out)


def encode(document):
    """The document as WBXML."""
    out, page = bytearray(HEADER), 0

    def write(node, parent):
        nonlocal page
        if isinstance(node, str):
            out.extend(bytes([STR_I]) + node.encode() + b"\0")
        elif isinstance(node, bytes):
            out.extend(bytes([OPAQUE]) + mb_u32(len(node)) + node)
        else:
            name = full(node[0], parent)
            number, token = BY_NAME[name]
            if number != page:
                out.extend((SWITCH_PAGE, number))
                page = number
            children = [child for child in node[1:] if child not in ("", b"")]
            out.append(token | (CONTENT if children else 0))
            for child in children:
                write(child, name)
            if children:
                out.append(END)

    write(document, "")
    return bytes(out)


class Reader:
    """One pass over the bytes. It knows what a server may send and refuses the rest."""

    def __init__(self, data, version):
        self.data, self.at, self.page = data, 0, 0
        self.version = None if version is None else VERSIONS.index(version)

    def fail(self, what):
        raise Wrong("%s at byte %d of %d" % (what, self.at, len(self.data)))

    def byte(self):
        if self.at >= len(self.data):
            self.fail("cut off")
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = 0
        for _ in range(5):
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        return self.fail("integer of more than five bytes")

    def string(self):
        end = self.data.find(b"\0", self.at)
        if end < 0:
            self.fail("string without end")
        raw, self.at = self.data[self.at:end], end + 1
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.fail("string that is not UTF-8")
        if FORBIDDEN.search(text):
            self.fail("string with a character that XML forbids")
        return text

    def opaque(self):
        size = self.number()
        if size > len(self.data) - self.at:
            self.fail("opaque data longer than the document")
        self.at += size
        return self.data[self.at - size:self.at]

    def switched(self):
        """The next byte that is no page switch."""
        byte = self.byte()
        while byte == SWITCH_PAGE:
            self.page = self.byte()
            byte = self.byte()
        return byte

    def element(self, byte, depth):
        if byte & 0x80 or byte & 0x3F < 5 or depth > 32:
            self.fail("byte 0x%02x where a tag was expected" % byte)
        known = BY_CODE.get((self.page, byte & 0x3F))
        if known is None:
            self.fail("unknown token 0x%02x of page %d" % (byte & 0x3F, self.page))
        name, (lowest, highest) = known
        if self.version is not None and not lowest <= self.version <= highest:
            self.fail("%s, which version %s does not have" % (name, VERSIONS[self.version]))
        return (name, *(self.content(depth) if byte & CONTENT else ()))

    def content(self, depth):
        children = []
        while True:
            byte = self.switched()
            if byte == END:
                return children
            if byte == STR_I:
                children.append(self.string())
            elif byte == OPAQUE:
                children.append(self.opaque())
            else:
                children.append(self.element(byte, depth + 1))


def decode(data, version=None):
    """The document in the bytes; with a version, only with tags that it has. Raises `Wrong`."""
    if not data.startswith(HEADER):
        raise Wrong("header is %s" % data[:4].hex())
    reader = Reader(data, version)
    reader.at = len(HEADER)
    root = reader.element(reader.switched(), 1)
    if reader.at != len(data):
        reader.fail("bytes after the document")
    return root


def every(node, path):
    """All elements at the end of the path, such as `Collections/Collection`; an unqualified step has its parent's namespace."""
    found = [node]
    for step in path.split("/"):
        found = [child for parent in found for child in parent[1:]
                 if isinstance(child, tuple) and child[0] == full(step, parent[0])]
    return found


def first(node, path):
    """The one element at the end of the path, or None; two of them are an error."""
    found = every(node, path)
    if len(found) > 1:
        raise Wrong("%d times %s in %s" % (len(found), path, node[0]))
    return found[0] if found else None


def value(node):
    """The text in an element, in whatever pieces it came."""
    parts = [part if isinstance(part, str) else part.decode() for part in node[1:] if not isinstance(part, tuple)]
    return "".join(parts)


def raw(node):
    """The bytes in an element, in whatever pieces they came."""
    return b"".join(part.encode() if isinstance(part, str) else part for part in node[1:] if not isinstance(part, tuple))


def text(node, path):
    """The text of the one element at the end of the path, or None when there is no such element."""
    found = first(node, path)
    return None if found is None else value(found)


def tags(node):
    """The tags of the children in order, without namespace."""
    return [child[0].partition(":")[2] for child in node[1:] if isinstance(child, tuple)]


def escape(string):
    """Text as XML holds it; a carriage return would not survive a parser otherwise."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        string = string.replace(char, entity)
    return string


def shown(content, tag):
    """A string or opaque data in an element of this tag, as XML holds it."""
    if isinstance(content, bytes):
        content = base64.b64encode(content).decode() if tag in BASE64 else content.decode()
    return escape(content)


def spaces(node):
    """The namespaces of a document, that of its root first."""
    found = [node[0].partition(":")[0]]
    for child in node[1:]:
        if isinstance(child, tuple):
            found += [space for space in spaces(child) if space not in found]
    return found


def to_xml(document):
    """The document as XML: the root's namespace as the default one, the others by prefix, binary values in base64."""
    prefixes = {space: space.lower() + ":" for space in spaces(document)}
    default = document[0].partition(":")[0]
    prefixes[default] = ""

    def write(node):
        space, _, tag = node[0].partition(":")
        name = prefixes[space] + tag
        inside = "".join(write(child) if isinstance(child, tuple) else shown(child, node[0]) for child in node[1:])
        declared = "" if node is not document else "".join(
            ' xmlns%s="%s"' % (":" + prefix[:-1] if prefix else "", space) for space, prefix in prefixes.items())
        return "<%s%s>%s</%s>" % (name, declared, inside, name) if inside else "<%s%s/>" % (name, declared)

    return write(document)
