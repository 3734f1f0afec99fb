#!/bin/bash
# The main job on one machine: a parent, an agent that streams this host to it, and top on the parent.
#
#   run.sh NDSTREAM_BINARY
#
# Without a terminal it prints one frame as soon as the agent's samples are in it. Everything lives in a temporary
# directory and ends with this script, however it ends.
set -euo pipefail

ndstream=$1
wait_seconds=${NDSTREAM_RUN_SECONDS:-15}
state=$(mktemp -d "${TMPDIR:-/tmp}/ndstream.XXXXXX")
parent=
agent=
watching=

cleanup() {
    trap '' EXIT INT TERM HUP
    # What draws on the terminal gives it back first.
    [ -z "$watching" ] || end "$watching"
    [ -z "$agent" ] || end "$agent"
    [ -z "$parent" ] || end "$parent"
    rm -rf "$state"
}

# A node ends within ten seconds; what does not is broken, and must not stay behind.
end() {
    kill -TERM "$1" 2>/dev/null || return 0
    for _ in $(seq 120); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Says why it cannot go on, with what the node has logged.
give_up() {
    echo "run.sh: $1" >&2
    shift
    for log; do
        [ -s "$log" ] || continue
        echo "run.sh: the end of its log:" >&2
        "$ndstream" tail --no-follow --all --color never -n 10 "$log" >&2 || cat "$log" >&2
    done
    exit 1
}

mkdir "$state/parent-config" "$state/agent-config"
key=$("$ndstream" keygen)
name=$(hostname)-agent

# Port 0 lets the kernel choose; the parent writes down what it got.
"$ndstream" parent --config-dir "$state/parent-config" --state-dir "$state/parent" \
    --bind 127.0.0.1:0 --api-key "$key" --memory-mode ram --quiet </dev/null &
parent=$!
SECONDS=0
until [ -s "$state/parent/run/parent.port" ]; do
    kill -0 "$parent" 2>/dev/null || give_up "the parent has ended" "$state/parent/log/error.log"
    [ $SECONDS -lt "$wait_seconds" ] || give_up "the parent does not listen" "$state/parent/log/error.log"
    sleep 0.05
done
port=$(cat "$state/parent/run/parent.port")

"$ndstream" agent --config-dir "$state/agent-config" --state-dir "$state/agent" \
    --destination "127.0.0.1:$port" --api-key "$key" --hostname "$name" --quiet </dev/null &
agent=$!

socket="unix:$state/parent/run/parent.sock"
if [ -t 0 ] && [ -t 1 ]; then
    # In the background, because a signal to this script waits until a command in the foreground has ended.
    exec 3<&0
    "$ndstream" top "$socket" <&3 &
    watching=$!
    status=0
    wait "$watching" || status=$?
    exit $status
fi

# Is the agent's host live, with samples?
is_live() {
    awk -v name="$name" '$1 == "HOST" { for (i = 1; i <= NF; i++) if ($i == "SAMPLE/s") samples = i }
        $1 == name && $2 == "live" && samples && $samples + 0 > 0 { found = 1 } END { exit !found }'
}

SECONDS=0
frame=
until frame=$("$ndstream" top "$socket" --once 2>/dev/null) && is_live <<<"$frame"; do
    for node in parent agent; do
        kill -0 "${!node}" 2>/dev/null || give_up "the $node has ended" "$state/$node/log/error.log"
    done
    [ $SECONDS -lt "$wait_seconds" ] ||
        give_up "$name is not live after $wait_seconds s; the parent shows:"$'\n'"$frame" "$state/agent/log/error.log"
    sleep 0.1
done
printf '%s\n' "$frame"
