"""Picks one answer of every kind out of recordings and writes it as `<command>.response.<version>-<n>.hex` and `.xml`.

    make_golden.py --recorded DIR [--recorded DIR …] --out service/tests/golden/answers

A kind is what no other answer shows: an element in a place, or a status there, in a version. The smallest bodies that show everything are
taken, none above 6,000 bytes. The XML has the layout of `protocol::xml`, written here a second time. Files of an earlier run are removed.
"""

import argparse
import pathlib
import textwrap

import wbxml
from check_bodies import Body

LARGEST = 6000
SHOWN = ("Status", "Type", "Method", "Limit", "MoreAvailable", "Importance", "NativeBodyType")


def features(body):
    """Everything that this body shows: its elements by path, with the values of those that have few."""
    def walk(node, path):
        tag = node[0].partition(":")[2]
        path = "%s/%s" % (path, tag)
        yield path + ("=" + wbxml.value(node) if tag in SHOWN else "")
        for child in node[1:]:
            if isinstance(child, tuple):
                yield from walk(child, path)

    return {(body.command, body.version, feature) for feature in walk(body.document, "")}


def chosen(bodies):
    """The smallest bodies first, each for something that none before it shows."""
    seen = set()
    for body in sorted(bodies, key=lambda body: (body.command, body.version, len(body.data), body.data)):
        new = features(body) - seen
        if new and len(body.data) <= LARGEST:
            seen |= new
            yield body


def layout(node, space="", indent=0):
    """An element as `protocol::xml` shows it: elements alone one a line, a namespace declared where it begins."""
    own, _, tag = node[0].partition(":")
    head = tag if own == space else '%s xmlns="%s"' % (tag, own)
    if len(node) == 1:
        return "<%s/>" % head
    if all(isinstance(child, tuple) for child in node[1:]):
        line = "\n" + "  " * (indent + 1)
        inside = "".join(line + layout(child, own, indent + 1) for child in node[1:]) + line[:-2]
    else:
        inside = "".join(layout(child, own, indent + 1) if isinstance(child, tuple) else wbxml.shown(child, node[0]) for child in node[1:])
    return "<%s>%s</%s>" % (head, inside, tag)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", action="append", required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    paths = [path for folder in arguments.recorded for path in sorted(pathlib.Path(folder).glob("**/*.response.wbxml"))]
    bodies = [body for body in map(Body, paths) if body.document]
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.hex"), *out.glob("*.xml")]:
        old.unlink()
    counts = {}
    for body in chosen(bodies):
        kind = "%s.response.%s" % (body.command, body.version)
        counts[kind] = counts.get(kind, 0) + 1
        stem = out / ("%s-%02d" % (kind, counts[kind]))
        stem.with_name(stem.name + ".hex").write_text("\n".join(textwrap.wrap(body.data.hex(), 96)) + "\n", encoding="ascii")
        stem.with_name(stem.name + ".xml").write_text(layout(body.document) + "\n", encoding="utf-8", newline="")
    print("%d of %d answers kept" % (sum(counts.values()), len(bodies)))


if __name__ == "__main__":
    main()
