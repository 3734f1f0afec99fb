#!/bin/bash
# A small file system of its own at a directory, for as long as this runs:
#
#   small-disk.sh DIRECTORY SIZE
#
# It exists in a mount namespace only; `nsenter --mount --target PID` sees it, and with it goes everything that is on it. When
# it is there `DIRECTORY.ready` is made. Where there can be no such namespace (neither root nor unprivileged user namespaces)
# it says so and exits with 69.
set -eu

if [ "$1" != --inside ]; then
    [ $# = 2 ] || { echo "usage: $0 DIRECTORY SIZE" >&2; exit 64; }
    if [ "$(id -u)" = 0 ]; then how=-m; else how=-rm; fi
    unshare "$how" true 2> /dev/null || { echo "$0: there can be no namespace here: unshare $how is refused" >&2; exit 69; }
    exec unshare "$how" --propagation private -- "$0" --inside "$@"
fi
mount -t tmpfs -o "size=$3,mode=755" none "$2"
touch "$2.ready"
exec sleep 600
