#!/bin/sh
# Runs a command with a sound server and a speech server of its own and records what the speaker plays:
#   tests/lab/sound.sh OUT.wav COMMAND [ARGUMENT...]
# What is played to the sink "micfeed" is heard by the microphone. Needs pulseaudio, pulseaudio-utils, speech-dispatcher,
# speech-dispatcher-espeak-ng and sox. The command sees
# SPEECH_SERVER_PID, so that it can stop or kill the server. LAB_WITHOUT=speech leaves the speech server out,
# LAB_WITHOUT=sound the sound server. Ends with the command's exit status; stops only what it started.
set -eu
[ $# -ge 2 ] || { echo "usage: sound.sh OUT.wav COMMAND [ARGUMENT...]" >&2; exit 2; }
out=$1; shift
without=${LAB_WITHOUT:-nothing}
lab=$(mktemp -d)
log=${LAB_LOG:-$lab/log}
pids=
cleanup() {
  # A server that the speech library started itself lies in our folder too.
  own=$(cat "$lab/run/speech-dispatcher/pid/speech-dispatcher.pid" 2>/dev/null || true)
  for signal in CONT TERM; do
    for pid in $pids $own; do kill -$signal "$pid" 2>/dev/null || true; done
  done
  sleep 0.5
  # A speech server without sound does not end when asked.
  for pid in $pids $own; do kill -KILL "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$lab"
}
trap cleanup EXIT
trap 'exit 143' INT TERM
. "$(dirname "$0")/waiting.sh"

mkdir -p "$lab/run/pulse" "$lab/home" "$log" "$lab/speech/modules"
chmod 700 "$lab/run"
export XDG_RUNTIME_DIR="$lab/run" HOME="$lab/home" PULSE_SERVER="unix:$lab/run/pulse/native"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

if [ "$without" != sound ]; then
  pulseaudio -n --daemonize=no --exit-idle-time=-1 \
    -L "module-native-protocol-unix socket=$lab/run/pulse/native auth-anonymous=1" \
    -L "module-null-sink sink_name=speaker rate=48000" \
    -L "module-null-sink sink_name=micfeed rate=48000" \
    -L "module-remap-source source_name=mic master=micfeed.monitor" >"$log/pulseaudio" 2>&1 &
  pids="$pids $!"
  wait_for pactl info
  pactl set-default-sink speaker
  pactl set-default-source mic
  # Small blocks: a null sink otherwise plays up to two seconds at once.
  parec --device=speaker.monitor --format=s16le --rate=16000 --channels=1 --latency-msec=20 --raw >"$lab/sound.raw" 2>"$log/parec" &
  pids="$pids $!"
  wait_for test -s "$lab/sound.raw"
fi

if [ "$without" != speech ]; then
  cp /etc/speech-dispatcher/modules/espeak-ng.conf "$lab/speech/modules/"
  cat >"$lab/speech/speechd.conf" <<'CONF'
LogLevel 5
AudioOutputMethod "pulse"
AudioPulseMinLength 10
AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"
DefaultModule espeak-ng
DefaultLanguage "en"
CONF
  # -s: in the foreground; -t 0: never ends by itself.
  speech-dispatcher -s -t 0 -C "$lab/speech" -L "$log" >"$log/speech-dispatcher" 2>&1 &
  SPEECH_SERVER_PID=$!
  export SPEECH_SERVER_PID
  pids="$SPEECH_SERVER_PID $pids"
  wait_for test -S "$lab/run/speech-dispatcher/speechd.sock"
fi

status=0
"$@" || status=$?
sleep 0.3
: >>"$lab/sound.raw"
sox -t raw -e signed -b 16 -r 16000 -c 1 "$lab/sound.raw" "$out"
exit $status
