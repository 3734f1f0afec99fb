#!/bin/bash
# Trusts a parent's certificate as Netdata's document teaches it ("Trusted certificate"), word for word, and replaces itself
# with a command that sees it:
#
#   trusted-certificate.sh CERTIFICATE COMMAND [ARGUMENT …]
#
# Everything happens in a mount namespace with copies of what is changed, so that the machine stays as it is. Where there can
# be no such namespace (neither root nor unprivileged user namespaces) or no update-ca-certificates, it says so and exits
# with 69.
set -eu
export PATH=$PATH:/usr/sbin:/sbin

if [ "$1" != --inside ]; then
    [ $# -ge 2 ] || { echo "usage: $0 CERTIFICATE COMMAND [ARGUMENT …]" >&2; exit 64; }
    if [ "$(id -u)" = 0 ]; then how=-m; else how=-rm; fi
    unshare "$how" true 2> /dev/null || { echo "$0: there can be no namespace here: unshare $how is refused" >&2; exit 69; }
    command -v update-ca-certificates > /dev/null || { echo "$0: no update-ca-certificates: apt install ca-certificates" >&2; exit 69; }
    exec unshare "$how" --propagation private -- "$0" --inside "$@"
fi
certificate=$2
shift 2

# What follows writes to copies.
mount -t tmpfs none /mnt
for place in /etc/ssl/certs /etc/ca-certificates /etc/ca-certificates.conf /usr/share/ca-certificates /usr/local/share/ca-certificates; do
    [ -e "$place" ] || continue
    mkdir -p "/mnt$(dirname "$place")"
    cp -R --preserve=mode,timestamps "$place" "/mnt$place"
    mount --bind "/mnt$place" "$place"
done

# The document's steps.
mkdir /usr/share/ca-certificates/netdata
cp "$certificate" /usr/share/ca-certificates/netdata/parent_cert.crt
if getent passwd netdata > /dev/null; then
    # A plain user's namespace has nobody but themselves.
    chown -R netdata.netdata /usr/share/ca-certificates/netdata/ || echo "$0: chown left out" >&2
else
    echo "$0: there is no user netdata: chown left out" >&2
fi
echo netdata/parent_cert.crt >> /etc/ca-certificates.conf
update-ca-certificates > /dev/null 2>&1 || { echo "$0: update-ca-certificates has failed" >&2; exit 1; }
exec "$@"
