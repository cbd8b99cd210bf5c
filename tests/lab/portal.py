#!/usr/bin/python3
"""A stand-in for the desktop portal on the session bus, for global shortcuts and screenshots.

    portal.py [--answer yes|deny|later|unknown] [--without ID] [--picture FILE]

Pressing a key, letting it go and asking what is bound go through an interface of its own, at the portal's name and path:

    org.eyebright.Lab.Press(id)    every session that has bound this shortcut is told; gives how many
    org.eyebright.Lab.Release(id)  the same when it is let go
    org.eyebright.Lab.Answer()     answers yes, if the answer is to come later
    org.eyebright.Lab.Bound()      "id|description|preferred trigger" of every session that is open

Needs python3-gi. Lives until it is killed.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from gi.repository import Gio, GLib

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"
XML = """
<node>
  <interface name="org.freedesktop.portal.GlobalShortcuts">
    <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
    <method name="BindShortcuts">
      <arg type="o" direction="in"/><arg type="a(sa{sv})" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <signal name="Activated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <signal name="Deactivated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Screenshot">
    <method name="Screenshot">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.host.portal.Registry">
    <method name="Register"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.eyebright.Lab">
    <method name="Press"><arg type="s" direction="in"/><arg type="u" direction="out"/></method>
    <method name="Release"><arg type="s" direction="in"/><arg type="u" direction="out"/></method>
    <method name="Answer"/>
    <method name="Bound"><arg type="as" direction="out"/></method>
  </interface>
  <interface name="org.freedesktop.portal.Session"><method name="Close"/><signal name="Closed"/></interface>
</node>
"""
INTERFACES = Gio.DBusNodeInfo.new_for_xml(XML)


class Refused(Exception):
    """An error of the portal's own."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


class Session:
    """What one program has bound."""

    def __init__(self, owner):
        self.owner = owner
        self.shortcuts = {}


class Portal:
    def __init__(self, bus, options):
        self.bus = bus
        self.options = options
        self.sessions = {}
        # Programs that have said who they are; the real portal gives shortcuts to no others.
        self.known = set()
        # A question to the person is open.
        self.asking = False
        for interface in INTERFACES.interfaces:
            if interface.name != SESSION:
                self.serve(PATH, interface.name)

    def serve(self, path, interface):
        info = INTERFACES.lookup_interface(interface)
        return self.bus.register_object(path, info, self.call, lambda *_: GLib.Variant("u", 1), None)

    def call(self, _bus, sender, path, _interface, method, parameters, invocation):
        try:
            invocation.return_value(getattr(self, method)(sender, path, *parameters.unpack()))
        except Refused as refused:
            invocation.return_dbus_error(f"org.freedesktop.portal.Error.{refused.name}", str(refused))

    def respond(self, sender, options, code, results):
        """Gives the handle of a request; its answer comes after it."""
        name = sender.lstrip(":").replace(".", "_")
        handle = f"{PATH}/request/{name}/{options['handle_token']}"
        answer = GLib.Variant("(ua{sv})", (code, results))

        def send():
            if self.asking:
                return GLib.SOURCE_CONTINUE
            self.bus.emit_signal(sender, handle, REQUEST, "Response", answer)
            return GLib.SOURCE_REMOVE

        GLib.timeout_add(20, send)
        return GLib.Variant("(o)", (handle,))

    def Register(self, sender, _path, name, _options):
        if self.options.answer == "unknown" or name != "org.eyebright.Eyebright":
            raise Refused("Failed", f"Could not register app ID: App info not found for '{name}'")
        self.known.add(sender)

    def CreateSession(self, sender, _path, options):
        if sender not in self.known:
            raise Refused("NotAllowed", "An app id is required")
        name = sender.lstrip(":").replace(".", "_")
        path = f"{PATH}/session/{name}/{options['session_handle_token']}"
        self.sessions[path] = Session(sender)
        self.serve(path, SESSION)
        return self.respond(sender, options, 0, {"session_handle": GLib.Variant("s", path)})

    def BindShortcuts(self, sender, _path, session, shortcuts, _parent, options):
        if self.options.answer == "deny":
            return self.respond(sender, options, 1, {})
        bound = {own: wanted for own, wanted in shortcuts if own != self.options.without}
        self.sessions[session].shortcuts = bound
        given = [
            (own, {
                "description": GLib.Variant("s", wanted["description"]),
                "trigger_description": GLib.Variant("s", wanted["preferred_trigger"]),
            })
            for own, wanted in bound.items()
        ]  # fmt: skip
        self.asking = self.options.answer == "later"
        return self.respond(sender, options, 0, {"shortcuts": GLib.Variant("a(sa{sv})", given)})

    def Close(self, _sender, path):
        del self.sessions[path]

    def Screenshot(self, sender, _path, _parent, options):
        folder = tempfile.mkdtemp()
        picture = Path(shutil.copy(self.options.picture, folder))
        return self.respond(sender, options, 0, {"uri": GLib.Variant("s", picture.as_uri())})

    def Answer(self, _sender, _path):
        self.asking = False

    def Press(self, _sender, _path, own):
        return self.tell("Activated", own)

    def Release(self, _sender, _path, own):
        return self.tell("Deactivated", own)

    def tell(self, signal, own):
        told = 0
        for path, session in self.sessions.items():
            if own in session.shortcuts:
                key = GLib.Variant("(osta{sv})", (path, own, GLib.get_real_time() // 1000, {}))
                self.bus.emit_signal(session.owner, PATH, SHORTCUTS, signal, key)
                told += 1
        return GLib.Variant("(u)", (told,))

    def Bound(self, _sender, _path):
        lines = [
            "|".join([own, wanted["description"], wanted["preferred_trigger"]])
            for session in self.sessions.values()
            for own, wanted in session.shortcuts.items()
        ]
        return GLib.Variant("(as)", (lines,))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", choices=["yes", "deny", "later", "unknown"], default="yes")
    parser.add_argument("--without", help="the shortcut that gets no key")
    parser.add_argument("--picture", help="what every screenshot shows")
    options = parser.parse_args()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    portal = Portal(bus, options)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
    GLib.MainLoop().run()
    del portal


if __name__ == "__main__":
    main()
