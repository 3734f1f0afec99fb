import Glibc

/// The certificates of `Tests/Support/make-certificates.sh`, made once for this process.
public enum Certificates {
    public static let directory: String = {
        var template = Array("/tmp/ndstream-certificates-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let script = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let status = system("sh '\(script)/make-certificates.sh' '\(directory)/all'")
        precondition(status == 0, "make-certificates.sh failed: is openssl there?")
        atexit { _ = system("rm -rf '\(Certificates.directory)'") }
        return directory
    }()

    public static func path(_ name: String) -> String { "\(directory)/all/\(name)" }
}
