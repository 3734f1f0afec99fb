#!/bin/bash
# Unpacks Debian's netdata 1.37.1, the real peer of the interoperability tests and the benchmarks, beneath .build.
#
#   fetch-netdata.sh [--print]      --print: only the directory, for scripts
#
# Nothing is installed and no service starts: the packages are downloaded with apt-get into .build/netdata-debs and
# unpacked with dpkg -x into .build/netdata. Shared libraries that this machine lacks are unpacked beside them
# (run-netdata.sh sets LD_LIBRARY_PATH). A second run does nothing and needs no network. NETDATA_ROOT=DIR takes another place.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
root=${NETDATA_ROOT:-$top/.build/netdata}
debs=$top/.build/netdata-debs
if [ "${1:-}" = --print ]; then echo "$root"; exit 0; fi

version=1.37.1
packages="netdata-core netdata-plugins-bash netdata-plugins-python"
# What the daemon and its plugins link to or import; only the missing ones are fetched.
libraries="libcap2 libjson-c5 liblz4-1 libmnl0 libnetfilter-acct1 libssl3 libuuid1 libuv1 zlib1g"
modules="python3-yaml python3-six python3-urllib3"

if [ -e "$root/.complete" ]; then exit 0; fi
. "$top/Tests/Support/debs.sh"
need_apt "netdata $version" || exit 69

mkdir -p "$debs" "$root"
for package in $packages; do
    candidate=$(apt-cache madison "$package" 2> /dev/null | awk -v v="$version" '$3 ~ "^"v {print $3; exit}')
    fetch "$package" "$candidate" || { echo "fetch-netdata.sh: cannot download $package $version" >&2; exit 69; }
    case $(ls "$debs/${package}_"*.deb) in
        *_"$version"-*) ;;
        *) echo "fetch-netdata.sh: this distribution has another version than $version:" "$debs/${package}_"* >&2; exit 69 ;;
    esac
    unpack "$package"
done

export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
missing() { ldd "$root/usr/sbin/netdata" "$root"/usr/lib/netdata/plugins.d/*.plugin 2> /dev/null | grep -q 'not found'; }
for library in $libraries; do
    missing || break
    dpkg -s "$library" > /dev/null 2>&1 && continue
    fetch "$library" && unpack "$library"
done
if ldd "$root/usr/sbin/netdata" | grep 'not found' >&2; then
    echo "fetch-netdata.sh: netdata's libraries above are neither installed nor to be had" >&2
    exit 69
fi
for module in $modules; do
    dpkg -s "$module" > /dev/null 2>&1 && continue
    { fetch "$module" && unpack "$module"; } || echo "fetch-netdata.sh: no $module; python.d.plugin may not run" >&2
done
touch "$root/.complete"
echo "netdata $version is in $root"
