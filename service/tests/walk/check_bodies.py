"""Checks every body of a recording with programs that are not ours: libwbxml reads the same tree from it, and the schemas accept it.

    check_bodies.py --recorded DIR [--xsd FOLDER]

DIR holds what `walk.py --record DIR` and `bad.py --record DIR` wrote: `<n>.<command>.<version>.<request|response>.wbxml`. FOLDER is the
one with `validate.py` and the schemas; without it only libwbxml is asked. A body that occurs again is checked once. Exits with 0 when
every body passes.

Where the schemas are known to be wrong is said in `fitted`, and nowhere else.
"""

import argparse
import base64
import concurrent.futures
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import wbxml

OTHER_NAMES = {"deviceencryptionenabled": "requirestoragecardencryption", "ihsmanagementinformation": "rightsmanagementinformation",
               "assistantphonenumber": "assistanttelephonenumber"}
OTHER_NAMES |= {place + "address" + part: place + part for place in ("home", "business", "other")
                for part in ("city", "country", "postalcode", "state", "street")}
NEWER_THAN_LIBWBXML = {"accountonlyremotewipe", "proposedstarttime", "proposedendtime"}  # it reads tags of 16.1 as "unknown"
UNKNOWN_TO_LIBWBXML = {"Find"}
INSTALL = "apt-get install -y python3 libwbxml2-utils libxml2-utils"
BATCH = 200  # files for one run of xmllint, which reads the schemas anew each time


def shape(element):
    """An element as (namespace, tag, text, children), the names without the marks and the case that libwbxml writes differently."""
    space, _, tag = element.tag.rpartition("}")
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    name = tag.replace("_", "").replace("-", "").lower()
    name = "unknown" if name in NEWER_THAN_LIBWBXML else OTHER_NAMES.get(name, name)
    return (space.strip("{:").lower(), name, text, [shape(child) for child in element])


def same(ours, theirs, around):
    """Whether two shapes agree but for their children. libwbxml puts the parent before some names (`FlagStatus`) and base64 for Mime."""
    encoded = base64.b64encode(ours[2].encode()).decode()
    # What it does not know it puts into the namespace of the element around it.
    where = theirs[0] == (around if ours[1] == "unknown" and around else ours[0])
    return where and theirs[1].endswith(ours[1]) and theirs[2] in (ours[2], encoded) and len(ours[3]) == len(theirs[3])


def difference(ours, theirs, path="", around=""):
    """The first place where two shapes differ, or None."""
    path += "/" + ours[1]
    if not same(ours, theirs, around):
        brief = [(side[0], side[1], side[2][:80], [child[1] for child in side[3]]) for side in (ours, theirs)]
        return "%s: ours %s, libwbxml %s" % (path, *brief)
    return next(filter(None, (difference(*pair, path, theirs[0]) for pair in zip(ours[3], theirs[3]))), None)


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


def fitted(document, version):
    """An answer as the schemas should know it: without the two parts that they lack and the protocol has.

    - `Class` in a Collection of Sync and GetItemEstimate: an answer before 14.0 has to carry it (MS-ASCMD 2.2.3.27.5), the schemas
      describe the later versions only.
    - `Status` alone in MeetingResponse: a command that fails as a whole answers so from 14.0 on (MS-ASCMD 2.2.2), whatever the
      command; the schema of this one has the Status of a Result only.
    """
    if document == ("MeetingResponse:MeetingResponse", ("MeetingResponse:Status", wbxml.value(document[1]))):
        return None
    return without_class(document) if version == "12.1" else document


def without_class(node):
    """A document without the Class of its collections."""
    left_out = node[0].partition(":")[0] + ":Class" if node[0].endswith(":Collection") else None
    children = (child for child in node[1:] if not (isinstance(child, tuple) and child[0] == left_out))
    return (node[0], *(without_class(child) if isinstance(child, tuple) else child for child in children))


def ask_schemas(bodies, folder):
    """Adds to each response what `validate.py` and its schemas have against it."""
    spec = importlib.util.spec_from_file_location("validate", pathlib.Path(folder, "validate.py"))
    validate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(validate)
    with tempfile.TemporaryDirectory() as scratch:
        entry, files = validate.emit("response", scratch), {}
        for body in bodies:
            if (document := fitted(body.document, body.version)) is None:
                continue
            xml = pathlib.Path(scratch, "%d.xml" % len(files))
            xml.write_text(wbxml.to_xml(document), encoding="utf-8")
            files[str(xml)] = body
            body.problems += validate.tag_errors(xml.read_bytes(), body.version)
            root = body.document[0].partition(":")[2]
            if root != body.command:
                body.problems.append("root element is %s, not %s" % (root, body.command))
        for batch in (list(files)[first:first + BATCH] for first in range(0, len(files), BATCH)):
            run_xmllint(entry, batch, files)


def run_xmllint(entry, batch, files):
    """Validates these files; each says `<file> validates`, or what is wrong and then that it `fails to validate`."""
    run = subprocess.run(["xmllint", "--noout", "--nowarning", "--schema", entry, *batch], capture_output=True, text=True, check=False)
    passed = {line.removesuffix(" validates") for line in run.stderr.splitlines()}
    for name in batch:
        if name not in passed:
            said = [line for line in run.stderr.splitlines() if line.startswith(name + ":")]
            files[name].problems += said or ["xmllint says nothing of it: %s" % run.stderr[-500:]]


def once_each(paths):
    """The files without those that repeat one of the same command, version and direction byte by byte."""
    return {(path.name.split(".", 1)[1], path.read_bytes()): path for path in sorted(paths, reverse=True)}.values()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", required=True)
    parser.add_argument("--xsd")
    options = parser.parse_args(arguments)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            bodies = list(pool.map(Body, once_each(pathlib.Path(options.recorded).glob("**/*.wbxml"))))
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
