#!/bin/sh
# Runs a command on a desktop of its own: X server, window manager, compositor, session and accessibility bus:
#   tests/lab/desktop.sh COMMAND [ARGUMENT...]
# To hear it too: tests/lab/sound.sh OUT.wav tests/lab/desktop.sh COMMAND...
# Needs xvfb, openbox, picom, dbus and at-spi2-core. Ends with the command's exit status; stops only what it started.
set -eu
[ $# -ge 1 ] || { echo "usage: desktop.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
lab=$(mktemp -d)
log=$lab/log
pids=
cleanup() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$lab"
}
trap cleanup EXIT
trap 'exit 143' INT TERM
. "$(dirname "$0")/waiting.sh"
# start NAME COMMAND...: in the background, its words in a log.
start() {
  name=$1
  shift
  "$@" >"$log/$name" 2>&1 &
  pids="$! $pids"
}

mkdir -p "$log" "$lab/run" "$lab/home/.config"
chmod 700 "$lab/run"
# Sound and speech servers may have been put into a folder for running things before.
: "${XDG_RUNTIME_DIR:=$lab/run}"
export XDG_RUNTIME_DIR HOME="$lab/home" XDG_CONFIG_HOME="$lab/home/.config" XDG_SESSION_TYPE=x11 GDK_BACKEND=x11 GTK_A11Y=atspi
export DBUS_SESSION_BUS_ADDRESS="unix:path=$lab/run/bus" NO_AT_BRIDGE=0 LANG=C.UTF-8
# WebKit's sandbox cannot be made inside a container.
export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1
unset WAYLAND_DISPLAY

# The server chooses a number that is free and tells it.
Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>"$lab/display" 2>"$log/xvfb" &
pids="$!"
wait_for test -s "$lab/display"
DISPLAY=":$(cat "$lab/display")"
export DISPLAY
start dbus dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS"
wait_for test -S "$lab/run/bus"
start openbox openbox
wait_for xdotool get_desktop
# Without a compositor covered windows are captured black.
start picom picom --backend xrender
start accessibility /usr/libexec/at-spi-bus-launcher --launch-immediately

status=0
"$@" || status=$?
exit $status
