import Glibc

/// Programs that tests need beside the built one (`TEST_DEBS` in the Makefile).
enum Tools {
    static let tmux = "/usr/bin/tmux"
    static let man = "/usr/bin/man"
    static let openssl = "/usr/bin/openssl"

    /// Whether a program is there. Without it the tests that need it do not run: loudly, and in continuous integration they
    /// run and fail.
    static func has(_ path: String) -> Bool {
        if access(path, X_OK) == 0 { return true }
        print("\n*** \(path) is not there: make test installs it. ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }
}
