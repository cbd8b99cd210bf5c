# shellcheck shell=sh
# For the scripts beside it: waits for what they start. $log is the folder of the logs.

# wait_for COMMAND...: until it succeeds, ten seconds at most; then the logs are shown and the script ends.
wait_for() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "$(basename "$0"): gave up waiting for: $*" >&2; cat "${log:?}"/* >&2; exit 1; }
    sleep 0.1
  done
}
