#!/bin/bash
# The main job on one machine: a parent, an agent that streams this host to it, and top on the parent.
# usage: run.sh NDSTREAM_BINARY
# Everything lives in a temporary directory and ends with this script, however it ends.
set -euo pipefail

ndstream=$1
state=$(mktemp -d "${TMPDIR:-/tmp}/ndstream.XXXXXX")
children=()

cleanup() {
    trap - EXIT INT TERM HUP
    [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$state"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$state/parent-config" "$state/agent-config"
key=$("$ndstream" keygen)

# Port 0 lets the kernel choose; the parent writes down what it got.
"$ndstream" parent --config-dir "$state/parent-config" --state-dir "$state/parent" \
    --bind 127.0.0.1:0 --api-key "$key" --memory-mode ram --quiet &
children+=($!)

for _ in $(seq 100); do
    [ -s "$state/parent/run/parent.port" ] && break
    kill -0 "${children[0]}" 2>/dev/null || { cat "$state/parent/log/error.log" >&2; exit 1; }
    sleep 0.1
done
port=$(cat "$state/parent/run/parent.port")

"$ndstream" agent --config-dir "$state/agent-config" --state-dir "$state/agent" \
    --destination "127.0.0.1:$port" --api-key "$key" --hostname "$(hostname)-agent" --quiet &
children+=($!)

socket="unix:$state/parent/run/parent.sock"
if [ -t 0 ] && [ -t 1 ]; then
    "$ndstream" top "$socket"
    exit
fi

# Without a terminal: one frame, as soon as the agent's samples are in it.
for _ in $(seq 150); do
    if "$ndstream" top "$socket" --json --once 2>/dev/null |
        grep -q '"state":"live".*"samples_ps":[1-9]'; then
        break
    fi
    sleep 0.1
done
"$ndstream" top "$socket" --batch -n 1
