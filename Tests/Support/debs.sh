# Functions for scripts that unpack Debian's packages without installing them; sourced, not run. The script sets
#
#   debs   the directory that packages are downloaded to
#   root   the directory that they are unpacked in

# Whether this machine has what it takes. $1: what is wanted, for the sentence.
need_apt() {
    command -v apt-get > /dev/null && command -v dpkg > /dev/null && return 0
    echo "${0##*/}: needs apt-get and dpkg (Debian 12) to get $1" >&2
    return 1
}

update_lists() { ${SUDO:-$([ "$(id -u)" = 0 ] || echo sudo)} apt-get update -qq > /dev/null 2>&1 || true; }

# Downloads a package, $1, of a version, $2, or of the newest. A second time it does nothing.
fetch() {
    local package=$1 wanted=${2:-}
    ls "$debs/${package}_"*.deb > /dev/null 2>&1 && return 0
    (cd "$debs" && apt-get download -q "$package${wanted:+=$wanted}" > fetch.log 2>&1) && return 0
    update_lists
    (cd "$debs" && apt-get download -q "$package${wanted:+=$wanted}" > fetch.log 2>&1) || { tail -3 "$debs/fetch.log" >&2; return 1; }
}

unpack() { dpkg -x "$(ls "$debs/${1}_"*.deb | head -1)" "$root"; }
