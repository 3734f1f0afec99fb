#!/bin/sh
# Makes certificates of every kind that a parent may have, with the system's openssl:
#
#   make-certificates.sh DIR
#
#   ca.pem                    the authority; other-ca.pem is one that has signed nothing
#   valid.pem, valid.key      for parent.example, localhost, 127.0.0.1 and ::1, with the intermediate that signed it
#   missing-intermediate.pem  the same without it (valid.key)
#   self-signed.pem, .key     signed by itself
#   expired.pem, .key         until 2021
#   not-yet-valid.pem, .key   from 2101 on
#   wrong-name.pem, .key      for another.example only
#   no-ip.pem, .key           for localhost, but no address
#   wrong-ca.pem, .key        signed by rogue-ca.pem
#   client-only.pem, .key     may be a client's, but no server's
#   leaf-signed.pem, .key     signed with a server's certificate, which comes with it
#   nameless.pem, .key        without alternative names
#   weak.pem, .key            RSA with 1024 bits
#   namesake-ca.pem           called as ca.pem is, with another key
#   other.key                 belongs to none
#   hashed/                   ca.pem in a directory as update-ca-certificates leaves it
#
# A directory that has them already is left as it is.
set -eu
[ -e "$1/hashed" ] && exit 0
mkdir -p "$1"
work=$(mktemp -d "$1/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir signed
: > index
cat > conf <<CONF
[ca]
default_ca = ours
[ours]
new_certs_dir = signed
database = index
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONF

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

# root NAME SUBJECT
root() {
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 3650 -config conf -extensions authority -out "$1.pem"
}

# signed NAME SUBJECT ALTERNATIVES BY KIND START END
signed() {
    [ -e "$1.key" ] || key "$1"
    set -- "$1" "$2" "${3:+-addext subjectAltName=$3}" "$4" "$5" "$6" "$7"
    # shellcheck disable=SC2086 # one word or none
    openssl req -new -key "$1.key" -subj "/CN=$2" $3 -out "$1.csr" 2>/dev/null
    openssl ca -batch -notext -config conf -extensions "$5" -cert "$4.pem" -keyfile "$4.key" \
        -startdate "$6" -enddate "$7" -in "$1.csr" -out "$1.pem" 2>/dev/null
}

now=20200101000000Z
later=20400101000000Z
everything=DNS:parent.example,DNS:localhost,IP:127.0.0.1,IP:::1
printf '[req]\ndistinguished_name = name\n[name]\n' >> conf
root ca 'Example Root CA'
root other-ca 'Another CA'
root rogue-ca 'Rogue CA'
root namesake-ca 'Example Root CA'
signed intermediate 'Example Intermediate CA' '' ca authority $now $later
signed leaf parent.example $everything intermediate server $now $later
signed expired parent.example $everything ca server $now 20210101000000Z
signed not-yet-valid parent.example $everything ca server 21010101000000Z 21020101000000Z
signed wrong-name another.example DNS:another.example ca server $now $later
signed no-ip localhost DNS:localhost ca server $now $later
signed wrong-ca parent.example $everything rogue-ca server $now $later
signed client-only parent.example $everything ca client $now $later
signed leaf-signed parent.example $everything no-ip server $now $later
cat no-ip.pem >> leaf-signed.pem
signed nameless parent.example '' ca server $now $later
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key 2>/dev/null
signed weak parent.example $everything ca server $now $later
key self-signed
openssl req -x509 -new -key self-signed.key -subj /CN=parent.example -addext "subjectAltName=$everything" \
    -days 3650 -config conf -extensions server -out self-signed.pem
key other
cat leaf.pem intermediate.pem > valid.pem
mv leaf.key valid.key
mv leaf.pem missing-intermediate.pem
rm -f intermediate.key
mkdir hashed
cp ca.pem hashed/example-root.pem
openssl rehash hashed
mv ./*.pem ./*.key ..
# Last: whoever sees it has everything.
mv hashed ..
