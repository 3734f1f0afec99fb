#!/bin/bash
# Runs the real netdata 1.37.1 that fetch-netdata.sh has unpacked, with a configuration made for one test.
#
#   run-netdata.sh DIR PORT [NAME=VALUE …]
#
# Writes DIR/etc, keeps all state beneath DIR and replaces itself with the daemon, in the foreground: whoever starts the
# script owns the daemon. Its log is DIR/log/error.log. Everything but streaming is off unless asked for:
#
#   mode=ram            [db] mode; also what children get
#   retention=3600      seconds of history
#   key=GUID            the API key that children may use, and that it uses itself
#   destination=H:P     stream there (makes it a child, or a proxy)
#   compression=yes     both directions
#   plugins=LIST        comma list of what it collects, none by default: proc diskspace cgroups idlejitter timex tc netdata
#                       (its own charts), and external ones: apps charts.d python.d …
#   custom=DIR          a directory with further *.plugin files, all of which run
#   update-every=1      seconds
#   hostname=NAME       what it calls itself
#   guid=GUID           its machine GUID (default: a new one)
#   bind=ADDRESS        default 127.0.0.1
#   web=static-threaded [web] mode; none for a headless child
#   zero=auto           [db] enable zero metrics
#   replication=no      offer replication
#   health=no           health checks
#   extra=FILE          appended to netdata.conf;  stream-extra=FILE: to stream.conf
set -eu

directory=$1 port=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
root=${NETDATA_ROOT:-$("$here/fetch-netdata.sh" --print)}
[ -x "$root/usr/sbin/netdata" ] || { echo "no netdata in $root: run Tests/Support/fetch-netdata.sh" >&2; exit 69; }

mode=ram retention=3600 key=11111111-2222-3333-4444-555555555555 destination= compression=yes plugins= custom= hostname=real
update_every=1 guid= bind=127.0.0.1 web=static-threaded zero=auto replication=no health=no extra= stream_extra=
for option in "$@"; do
    name=$(tr - _ <<< "${option%%=*}")
    [ -n "${!name+set}" ] || { echo "unknown option $option" >&2; exit 64; }
    printf -v "$name" %s "${option#*=}"
done

mkdir -p "$directory"/{etc,cache,lib/registry,lib/health,lib/cloud.d,log,run}
chmod 700 "$directory/lib/cloud.d"
touch "$directory/etc/.opt-out-from-anonymous-statistics"
[ -z "$guid" ] || printf %s "$guid" > "$directory/lib/registry/netdata.public.unique.id"
chosen() { case ",$plugins," in *",$1,"*) echo yes ;; *) echo no ;; esac; }

cat > "$directory/etc/netdata.conf" <<C
[global]
    run as user = $(id -un)
    hostname = $hostname
    process scheduling policy = keep
    process nice level = 0
    OOM score = keep
[directories]
    config = $directory/etc
    stock config = $root/usr/lib/netdata/conf.d
    cache = $directory/cache
    lib = $directory/lib
    log = $directory/log
    home = $directory
    lock = $directory/run
    web = $directory/run
    plugins = "$root/usr/lib/netdata/plugins.d" ${custom:+"\"$custom\""}
[db]
    mode = $mode
    retention = $retention
    update every = $update_every
    storage tiers = 1
    enable replication = $replication
    enable zero metrics = $zero
    dbengine multihost disk space MB = 256
    memory deduplication (ksm) = no
[plugins]
    enable running new plugins = no
    check for new plugins every = 5
    netdata monitoring = $(chosen netdata)
    netdata monitoring extended = no
    profile = no
    statsd = no
$(for name in proc diskspace cgroups idlejitter timex tc apps charts.d python.d slabinfo ebpf perf nfacct cups fping ioping; do
    echo "    $name = $(chosen $name)"
done)
$([ -z "$custom" ] || for file in "$custom"/*.plugin; do echo "    $(basename "$file" .plugin) = yes"; done)
[statsd]
    enabled = no
[health]
    enabled = $health
[registry]
    enabled = no
[cloud]
    enabled = no
[web]
    mode = $web
    bind to = $bind:$port
    enable gzip compression = no
    allow connections from = *
    allow streaming from = *
[logs]
    debug = none
    error = $directory/log/error.log
    access = $directory/log/access.log
    errors flood protection period = 1
    errors to trigger flood protection = 10000
C
cat > "$directory/etc/stream.conf" <<C
[stream]
    enabled = $([ -n "$destination" ] && echo yes || echo no)
    destination = $destination
    api key = $key
    enable compression = $compression
    reconnect delay seconds = 1
[$key]
    enabled = yes
    allow from = *
    default history = $retention
    default memory mode = $mode
    health enabled by default = $health
    enable compression = $compression
    enable replication = $replication
C
[ -z "$extra" ] || cat "$extra" >> "$directory/etc/netdata.conf"
[ -z "$stream_extra" ] || cat "$stream_extra" >> "$directory/etc/stream.conf"

ulimit -n "$(ulimit -Hn)" 2> /dev/null || true
export NETDATA_DISABLE_CLOUD=1 DISABLE_TELEMETRY=1
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PYTHONPATH=$root/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}
exec "$root/usr/sbin/netdata" -D -c "$directory/etc/netdata.conf" > "$directory/log/stdout" 2>> "$directory/log/stderr" < /dev/null
