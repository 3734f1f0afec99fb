#!/bin/bash
# Unpacks Debian's packages of the databases that exporting is tested with, and of Prometheus, beneath .build.
#
#   fetch-receivers.sh PACKAGE …     graphite-carbon influxdb victoria-metrics prometheus
#   fetch-receivers.sh --print       only the directory, for scripts
#
# Nothing is installed and no service starts: the packages, and what of their dependencies this machine lacks, are
# downloaded with apt-get into .build/receivers-debs and unpacked with dpkg -x into .build/receivers. A second run does
# nothing and needs no network. RECEIVERS_ROOT=DIR takes another place. Exit code 69: it can't be had.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
root=${RECEIVERS_ROOT:-$top/.build/receivers}
debs=$top/.build/receivers-debs
case "${1:-}" in
    --print) echo "$root"; exit 0 ;;
    "" | -*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac

. "$top/Tests/Support/debs.sh"

# What apt would install with a package, as NAME=VERSION, but for pages and fonts of web interfaces that no test looks at.
# A line with a version in brackets is an upgrade of what is here.
needed() {
    apt-get -s --no-install-recommends install "$1" 2> /dev/null |
        awk '$1 == "Inst" && $3 !~ /^\[/ {print $2 "=" substr($3, 2)}' | grep -v -E '^(libjs|fonts)-' || true
}

mkdir -p "$debs" "$root"
for package in "$@"; do
    [ -e "$root/.complete-$package" ] && continue
    need_apt "$package" || exit 69
    [ -n "$(apt-cache madison "$package" 2> /dev/null)" ] || update_lists
    for wanted in $(needed "$package"); do
        { fetch "${wanted%%=*}" "${wanted#*=}" && unpack "${wanted%%=*}"; } || {
            echo "fetch-receivers.sh: $package: cannot download $wanted" >&2; exit 69; }
    done
    # It may be installed here already.
    { fetch "$package" && unpack "$package"; } || { echo "fetch-receivers.sh: cannot download $package" >&2; exit 69; }
    dpkg-deb -f "$(ls "$debs/${package}_"*.deb | head -1)" Version > "$root/.complete-$package"
    echo "$package $(cat "$root/.complete-$package") is in $root"
done
