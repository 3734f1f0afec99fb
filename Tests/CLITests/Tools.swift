import Glibc

/// Programs that tests need beside the built one (`TEST_DEBS` in the Makefile).
enum Tools {
    static let tmux = "/usr/bin/tmux"
    static let man = "/usr/bin/man"
    static let openssl = "/usr/bin/openssl"
    static let curl = "/usr/bin/curl"
    static let nginx = "/usr/sbin/nginx"

    /// Whether `Tests/Support/trusted-certificate.sh` can do what it does. Else as ``has(_:)``.
    static let canTrustCertificates: Bool = {
        let namespace = "if [ $(id -u) = 0 ]; then how=-m; else how=-rm; fi; unshare $how true"
        guard has("/usr/sbin/update-ca-certificates"), system("(\(namespace)) 2> /dev/null") != 0 else {
            return has("/usr/sbin/update-ca-certificates")
        }
        print("\n*** There can be no mount namespace here: the way of a trusted certificate is not tried. ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }()

    /// Whether a program is there. Without it the tests that need it do not run: loudly, and in continuous integration they
    /// run and fail.
    static func has(_ path: String) -> Bool {
        if access(path, X_OK) == 0 { return true }
        print("\n*** \(path) is not there: make test installs it. ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }
}
