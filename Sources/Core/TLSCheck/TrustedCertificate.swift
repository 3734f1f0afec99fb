/// The document's "Trusted certificate": how a child comes to believe a certificate that no authority of the system has
/// signed. Commands of Debian 12, as root on the child.
enum TrustedCertificate {
    static let steps = [
        "# as root on the child; parent_cert.pem is the parent's certificate or that",
        "# of its authority; compare the fingerprint with the owner",
        "mkdir /usr/share/ca-certificates/netdata",
        "cp parent_cert.pem /usr/share/ca-certificates/netdata/parent_cert.crt",
        "chown -R netdata.netdata /usr/share/ca-certificates/netdata/",
        "echo netdata/parent_cert.crt >> /etc/ca-certificates.conf",
        "update-ca-certificates",
        "# then in stream.conf",
        "[stream]",
        "    CApath = /etc/ssl/certs/",
        "    CAfile = /etc/ssl/certs/parent_cert.pem",
    ]
}
