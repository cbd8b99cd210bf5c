#!/usr/bin/python3
"""Drags onto another window, as a file manager or a browser would:

    drag.py TITLE uris FILE...        drags files
    drag.py TITLE picture FILE        drags the picture itself, as image/png
    drag.py TITLE text TEXT           drags a text

A small window offers the data; the pointer (xdotool) takes it from there to the middle of the window called TITLE.
Needs python3-gi, gir1.2-gtk-3.0 and xdotool. Prints what the other side asked for.
"""

import subprocess
import sys
import threading
import time

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk  # noqa: E402

SIZE = 120


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True, text=True).stdout


def middle(title):
    window = xdotool("search", "--onlyvisible", "--name", f"^{title}$").split()[-1]
    lines = xdotool("getwindowgeometry", "--shell", window).splitlines()
    place = dict(line.split("=") for line in lines if "=" in line)
    return int(place["X"]) + int(place["WIDTH"]) // 2, int(place["Y"]) + int(place["HEIGHT"]) // 2


def drag(title):
    """Small steps: a drag begins only after some movement, and the other window wants to be told of it on the way."""
    x, y = middle(title)
    xdotool("mousemove", "--sync", SIZE // 2, SIZE // 2, "mousedown", 1)
    for step in range(1, 21):
        xdotool("mousemove", "--sync", SIZE // 2 + (x - SIZE // 2) * step // 20, SIZE // 2 + (y - SIZE // 2) * step // 20)
        time.sleep(0.02)
    time.sleep(0.3)
    xdotool("mouseup", 1)


def main():
    title, kind, *data = sys.argv[1:]
    window = Gtk.Window(title="drag source", type=Gtk.WindowType.POPUP)
    window.set_default_size(SIZE, SIZE)
    source = Gtk.EventBox()
    source.add(Gtk.Label(label="drag me"))
    window.add(source)
    targets = {"uris": "text/uri-list", "picture": "image/png", "text": "UTF8_STRING"}
    source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [Gtk.TargetEntry.new(targets[kind], 0, 0)], Gdk.DragAction.COPY)

    def give(_widget, _context, selection, _info, _time):
        print(f"asked for {selection.get_target()}", flush=True)
        if kind == "uris":
            selection.set_uris([GLib.filename_to_uri(path, None) for path in data])
        elif kind == "picture":
            selection.set_pixbuf(GdkPixbuf.Pixbuf.new_from_file(data[0]))
        else:
            selection.set_text(data[0], -1)

    source.connect("drag-data-get", give)
    source.connect("drag-end", lambda *_: GLib.timeout_add(300, Gtk.main_quit))
    window.show_all()
    window.move(0, 0)
    threading.Timer(0.5, drag, [title]).start()
    GLib.timeout_add_seconds(15, Gtk.main_quit)
    Gtk.main()


if __name__ == "__main__":
    sys.exit(main())
