internal import COpenSSL
internal import Glibc
internal import System

/// Where a connecting side looks for the authorities that it believes, and what is there.
public struct TrustReport: Sendable, Equatable {
    /// A file of certificates, or a directory of them with hashed names.
    public struct Source: Sendable, Equatable {
        public enum State: Sendable, Equatable {
            case missing
            /// Why: `Permission denied`.
            case unreadable(String)
            /// Certificates that are found in it.
            case holds(Int)
        }

        /// Who names it: `CAfile`, `CApath`, `SSL_CERT_FILE`, `SSL_CERT_DIR`, `the system's file`, `the system's directory`.
        public var option: String
        public var path: String
        /// Where a link leads.
        public var realPath: String?
        public var isDirectory: Bool
        public var state: State
        /// Files of a directory that look like certificates, but have no hashed name: nobody finds them.
        public var unhashed: [String] = []
        /// Files of a directory that have a hashed name, but cannot be read.
        public var unreadableFiles = 0
    }

    /// In the order in which they are named; the system's only where they count.
    public var sources: [Source] = []
    /// What the operator's own file has.
    private var file: [UInt8] = []
    var unhashed: [(certificate: Certificate, path: String)] = []

    /// Whether the system's authorities are believed: they are where neither `CAfile` nor `CApath` exists.
    public var usesSystem: Bool

    /// Looks at the file system.
    public init(_ trust: TLSTrust, system: SystemTrust = .current()) {
        usesSystem = trust.usesSystemStore
        if let file = trust.file { lookAt(file: file, as: "CAfile") }
        if let directory = trust.directory { lookAt(directory: directory, as: "CApath") }
        guard usesSystem else { return }
        lookAt(file: system.file, as: system.fileOption)
        for directory in system.directories { lookAt(directory: directory, as: system.directoryOption) }
        // Most systems have only one of the two.
        if sources.contains(where: { $0.count > 0 }) {
            sources.removeAll { $0.option.hasPrefix("the system's") && $0.state == .missing }
        }
    }

    public static func == (one: TrustReport, other: TrustReport) -> Bool {
        one.sources == other.sources && one.file == other.file && one.usesSystem == other.usesSystem
    }

    // MARK: Files

    /// A bundle of all authorities there are has a quarter of a million bytes.
    private static let fileLimit = 8 << 20

    private mutating func lookAt(file path: String, as option: String) {
        var source = Source(
            option: option,
            path: path,
            realPath: realPath(of: path),
            isDirectory: false,
            state: .missing
        )
        do throws(SystemError) {
            let bytes = try Files.read(path, limit: Self.fileLimit)
            if option == "CAfile" { file = bytes }
            source.state = .holds(Certificate.count(pem: bytes))
        } catch {
            if error.number != ENOENT { source.state = .unreadable(error.reason) }
        }
        sources.append(source)
    }

    /// What the operator's own file has of one name.
    func certificates(called subject: String) -> [Certificate] {
        Certificate.list(pem: file, called: subject)
    }

    // MARK: Directories

    private mutating func lookAt(directory path: String, as option: String) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        var source = Source(
            option: option,
            path: path,
            realPath: realPath(of: path),
            isDirectory: true,
            state: .missing
        )
        do throws(SystemError) {
            let names = try Files.names(in: path)
            let hashed = names.filter(Self.isHashed)
            let readable = hashed.filter { access("\(path)/\($0)", R_OK) == 0 }
            source.state = .holds(readable.count)
            source.unreadableFiles = hashed.count - readable.count
            let found = Set(readable.compactMap { Self.target(of: "\(path)/\($0)") })
            source.unhashed = names.filter { name in
                Self.looksLikeCertificate(name)
                    && Self.target(of: "\(path)/\(name)").map { !found.contains($0) } == true
            }
        } catch {
            if error.number != ENOENT { source.state = .unreadable(error.reason) }
        }
        read(source.unhashed.prefix(Self.unhashedLimit).map { "\(path)/\($0)" })
        sources.append(source)
    }

    /// Files without hashed names that are looked into.
    private static let unhashedLimit = 16

    private mutating func read(_ paths: [String]) {
        for path in paths {
            // The bundle of all that update-ca-certificates leaves there has no hashed name, and needs none.
            guard let bytes = try? Files.read(path, limit: Self.fileLimit) else { continue }
            for certificate in Certificate.list(pem: bytes) { unhashed.append((certificate, path)) }
        }
    }

    /// `5ad8a5d6.0`
    private static func isHashed(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 8 && parts[0].allSatisfy(\.isHexDigit)
            && !parts[1].isEmpty && parts[1].allSatisfy(\.isNumber)
    }

    private static func looksLikeCertificate(_ name: String) -> Bool {
        [".pem", ".crt", ".cer"].contains { name.hasSuffix($0) } && name != "ca-certificates.crt"
    }

    private static func target(of path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private func realPath(of path: String) -> String? {
        let target = Self.target(of: path)
        return target == path || target.map { $0 + "/" } == path ? nil : target
    }
}

extension TrustReport.Source: CustomStringConvertible {
    /// Certificates that count.
    public var count: Int { if case .holds(let count) = state { count } else { 0 } }

    /// `CApath /etc/ssl/certs: 142 authorities`
    public var description: String {
        let place = "\(option) \(path)" + (realPath.map { " -> \($0)" } ?? "")
        switch state {
        case .missing: return "\(place): does not exist"
        case .unreadable(let reason): return "\(place): cannot be read: \(reason)"
        case .holds(0) where isDirectory && !unhashed.isEmpty:
            return "\(place): \(Self.certificates(unhashed.count)), but none with a hashed name"
        case .holds(let count):
            var text = "\(place): \(Self.certificates(count))"
            if unreadableFiles > 0 { text += ", \(unreadableFiles) more cannot be read" }
            if let first = unhashed.first {
                text += ", and \(unhashed.count == 1 ? first : "\(unhashed.count) others") without a hashed name"
            }
            return text
        }
    }

    private static func certificates(_ count: Int) -> String {
        count == 0 ? "no certificate" : count == 1 ? "1 certificate" : "\(count) certificates"
    }
}

/// Where this system keeps the authorities it believes.
public struct SystemTrust: Sendable, Equatable {
    public var file: String
    public var fileOption: String
    public var directories: [String]
    public var directoryOption: String

    public init(
        file: String,
        fileOption: String = "the system's file",
        directories: [String],
        directoryOption: String = "the system's directory"
    ) {
        self.file = file
        self.fileOption = fileOption
        self.directories = directories
        self.directoryOption = directoryOption
    }

    /// Whether somebody has asked for the file (`SSL_CERT_FILE`), so that it counts beside the directories.
    var isFileNamed: Bool { fileOption == String(cString: X509_get_default_cert_file_env()) }

    /// As the library has it from its own build, or from `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    public static func current() -> SystemTrust {
        let (file, fileOption) = place(
            X509_get_default_cert_file_env(),
            X509_get_default_cert_file(),
            "the system's file"
        )
        let (directory, directoryOption) = place(
            X509_get_default_cert_dir_env(),
            X509_get_default_cert_dir(),
            "the system's directory"
        )
        return SystemTrust(
            file: file,
            fileOption: fileOption,
            directories: directory.split(separator: ":").map(String.init),
            directoryOption: directoryOption
        )
    }

    private static func place(
        _ variable: UnsafePointer<CChar>?,
        _ standard: UnsafePointer<CChar>?,
        _ word: String
    ) -> (String, String) {
        if let variable, let value = getenv(variable) {
            return (String(cString: value), String(cString: variable))
        }
        return (standard.map { String(cString: $0) } ?? "", word)
    }
}
