"""Checks every body of a recording with programs that are not ours: libwbxml reads the same tree from it, and the schemas accept it.

    check_bodies.py --recorded DIR [--xsd FOLDER]

DIR holds what `walk.py --record DIR` and `bad.py --record DIR` wrote: `<n>.<command>.<version>.<request|response>.wbxml`. FOLDER is the
one with `validate.py` and the schemas; without it only libwbxml is asked. Exits with 0 when every body passes.
"""

import argparse
import base64
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import wbxml

OTHER_NAMES = {"deviceencryptionenabled": "requirestoragecardencryption", "ihsmanagementinformation": "rightsmanagementinformation"}
UNKNOWN_TO_LIBWBXML = {"Find"}
INSTALL = "apt-get install -y python3 libwbxml2-utils libxml2-utils"


def shape(element):
    """An element as (namespace, tag, text, children), the names without the marks and the case that libwbxml writes differently."""
    space, _, tag = element.tag.rpartition("}")
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    name = tag.replace("_", "").replace("-", "").lower()
    return (space.strip("{:").lower(), OTHER_NAMES.get(name, name), text, [shape(child) for child in element])


def same(ours, theirs):
    """Whether two shapes agree but for their children. libwbxml puts the parent before some names (`FlagStatus`) and base64 for Mime."""
    encoded = base64.b64encode(ours[2].encode()).decode()
    return ours[0] == theirs[0] and theirs[1].endswith(ours[1]) and theirs[2] in (ours[2], encoded) and len(ours[3]) == len(theirs[3])


def difference(ours, theirs, path=""):
    """The first place where two shapes differ, or None."""
    path += "/" + ours[1]
    if not same(ours, theirs):
        brief = [(side[0], side[1], side[2][:80], [child[1] for child in side[3]]) for side in (ours, theirs)]
        return "%s: ours %s, libwbxml %s" % (path, *brief)
    return next(filter(None, (difference(*pair, path) for pair in zip(ours[3], theirs[3]))), None)


def ask_libwbxml(data, document):
    """What libwbxml has against the bytes, or None."""
    if set(wbxml.spaces(document)) & UNKNOWN_TO_LIBWBXML:
        return None
    run = subprocess.run(["wbxml2xml", "-l", "ACTIVESYNC", "-m", "2", "-k", "-o", "-", "-"], input=data, capture_output=True, check=False)
    if run.returncode:
        return "libwbxml: %s" % run.stderr.decode(errors="replace").strip()
    theirs = shape(ElementTree.fromstring(run.stdout))
    return difference(shape(ElementTree.fromstring(wbxml.to_xml(document))), theirs)


class Body:
    """One recorded body."""

    def __init__(self, path):
        self.path, self.data = path, path.read_bytes()
        name = path.name[: -len(".wbxml")]
        _, self.command, rest = name.split(".", 2)
        self.version, _, self.direction = rest.rpartition(".")
        self.document, self.problems = None, []
        try:
            self.document = wbxml.decode(self.data, self.version if self.direction == "response" else None)
        except wbxml.Wrong as wrong:
            self.problems.append(str(wrong))
            return
        self.problems += filter(None, [ask_libwbxml(self.data, self.document)])


def ask_schemas(bodies, folder):
    """Adds to each response what `validate.py` and its schemas have against it; the schemas are prepared once for all of them."""
    spec = importlib.util.spec_from_file_location("validate", pathlib.Path(folder, "validate.py"))
    validate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(validate)
    with tempfile.TemporaryDirectory() as scratch:
        entry = validate.emit("response", scratch)
        for body in bodies:
            xml = pathlib.Path(scratch, body.path.name + ".xml")
            xml.write_text(wbxml.to_xml(body.document), encoding="utf-8")
            run = subprocess.run(["xmllint", "--noout", "--nowarning", "--schema", entry, xml], capture_output=True, text=True, check=False)
            lines = run.stderr.replace(str(xml), body.path.name).splitlines()
            body.problems += [line for line in lines if run.returncode and "error" in line]
            body.problems += validate.tag_errors(xml.read_bytes(), body.version)
            root = body.document[0].partition(":")[2]
            if root != body.command:
                body.problems.append("root element is %s, not %s" % (root, body.command))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", required=True)
    parser.add_argument("--xsd")
    options = parser.parse_args(arguments)
    try:
        bodies = [Body(path) for path in sorted(pathlib.Path(options.recorded).glob("**/*.wbxml"))]
        if options.xsd:
            ask_schemas([body for body in bodies if body.document and body.direction == "response"], options.xsd)
    except FileNotFoundError as missing:
        sys.exit("%s is missing: %s" % (missing.filename, INSTALL))
    for body in bodies:
        for problem in body.problems:
            print("%s: %s" % (body.path, problem))
    wrong = sum(bool(body.problems) for body in bodies)
    print("%d bodies, %d wrong%s" % (len(bodies), wrong, "" if options.xsd else ", schemas not asked"))
    return 1 if wrong or not bodies else 0


if __name__ == "__main__":
    sys.exit(main())
