#!/usr/bin/python3
"""What a screen reader finds: prints one JSON object for each accessible object of an application, as deep as it lies.

    accessible_tree.py NAME

Needs gir1.2-atspi-2.0 and python3-gi.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

STATES = ["FOCUSED", "FOCUSABLE", "SHOWING", "EDITABLE", "READ_ONLY"]


def show(node, depth=0):
    if node is None:
        return
    states = node.get_state_set()
    text = node.get_text_iface()
    print(json.dumps({
        "depth": depth,
        "role": node.get_role_name(),
        "name": node.get_name(),
        "states": [name for name in STATES if states.contains(getattr(Atspi.StateType, name))],
        "text": Atspi.Text.get_text(text, 0, -1) if text else None,
    }))  # fmt: skip
    for index in range(node.get_child_count()):
        show(node.get_child_at_index(index), depth + 1)


def main():
    Atspi.init()
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application and sys.argv[1].lower() in (application.get_name() or "").lower():
            show(application)


if __name__ == "__main__":
    sys.exit(main())
