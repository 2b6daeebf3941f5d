"""Read items in QTI 2.0 to 3.0: one item as XML, or a content package of them. Pure.

An item is read if it asks one thing by a choice, a text entry, a match, an order or an extended
text. Anything else is a fault, never left out. How shares are found:

- where the item maps its response (`mapResponse`, or a mapping and no correct response), a choice
  is worth its mapped value as a part of the most that can be had;
- otherwise the correct response is worth everything; of several correct choices each is worth its
  part, and a wrong one takes everything away, as nearly as shares can say "all or nothing".
"""

import re
from dataclasses import replace

from quiz.formats.drafts import Fault, ItemDraft, Parsed
from quiz.formats.faults import Refused, fault
from quiz.formats.packages import SIGNATURE, beside, open_package, package_fault
from quiz.formats.qti_items import Item
from quiz.formats.qti_names import plain_names
from quiz.formats.xml_source import Element, read_xml

ITEM, OLDER = "assessmentItem", "questestinterop"  # the latter is QTI 1
BEGINS = re.compile(rb"<(?:[\w.-]+:)?(?:assessmentItem|qti-assessment-item|questestinterop)\b")
HEAD = 4096  # bytes that a member is known by


def parse_qti(source: str | bytes) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        if data.startswith(SIGNATURE):
            return _package(open_package(data))
        root = plain_names(read_xml(data))
        if root.name != ITEM:
            raise Refused(fault("xml_root", root.line, root=root.name[:40]))
        return Parsed((Item(root, "", {}).draft(),), ())
    except Refused as refused:
        return Parsed((), refused.faults)


def _package(members: dict[str, bytes]) -> Parsed:
    items: list[ItemDraft] = []
    faults: list[Fault] = []
    found = 0
    places: dict[str, ItemDraft] = {}
    for name in sorted(members):
        if not _is_read(name, members[name]):
            continue
        try:
            root = plain_names(read_xml(members[name]))
            if root.name == "manifest":
                faults += _missing(root, name, members)
            if root.name == OLDER:
                raise Refused(fault("xml_root", root.line, root=root.name))
            if root.name != ITEM:
                continue
            found += 1
            item = replace(Item(root, name, members).draft(), file=name)
            first = places.setdefault(item.identifier, item) if item.identifier else item
            if first is not item:
                named = {"identifier": item.identifier, "first": first.line, "other": first.file}
                raise Refused(fault("identifier_in", item.line, **named))
            items.append(item)
        except Refused as refused:
            found += 1
            faults += [replace(one, file=name) for one in refused.faults]
    if not found:
        faults.append(package_fault("package_empty"))
    return Parsed(tuple(items), tuple(faults))


def _is_read(name: str, content: bytes) -> bool:
    """Whether a member can hold an item, whatever its name ends with."""
    return name.lower().endswith((".xml", ".qti")) or bool(BEGINS.search(content[:HEAD]))


def _missing(manifest: Element, name: str, members: dict[str, bytes]) -> list[Fault]:
    """A fault for every item that the manifest names and the package does not hold."""
    faults = []
    for resource in manifest.inside("resource"):
        href = resource.attributes.get("href", "")
        is_item = "item" in resource.attributes.get("type", "").lower()
        if is_item and href and href not in members and beside(name, href) not in members:
            missing = package_fault("package_missing", name=href[:100])
            faults.append(replace(missing, line=resource.line, file=name))
    return faults
