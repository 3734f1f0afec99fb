import Basics
import System

/// Where the files of hosts are: `CACHE/GUID/host` for each (storage §3). Everything here may block.
struct HostFiles: Sendable {
    /// `[directories] cache`.
    let directory: String

    func path(_ guid: GUID) -> String { "\(folder(guid))/host" }

    private func folder(_ guid: GUID) -> String { "\(directory)/\(guid)" }

    /// The hosts that have a file.
    func known() -> [GUID] {
        let names = (try? Files.names(in: directory)) ?? []
        return names.compactMap { GUID($0) }.filter { Files.exists(path($0)) }
    }

    func read(_ guid: GUID) throws(SystemError) -> [UInt8] {
        try Files.read(path(guid), limit: HostRecord.sizeLimit)
    }

    func write(_ bytes: [UInt8], _ guid: GUID) throws(SystemError) {
        try Files.makeDirectories(folder(guid), mode: 0o750)
        try Files.write(bytes, to: path(guid), mode: 0o640)
    }

    // MARK: When this node was alive

    private var alivePath: String { "\(directory)/alive" }

    /// Unix seconds at which a node was last known to run here; `nil` where that is not known.
    func lastAlive() -> Int64? {
        guard let bytes = try? Files.read(alivePath, limit: 100) else { return nil }
        return Int64(String(decoding: bytes.prefix { $0 != HostRecord.newline }, as: UTF8.self))
    }

    /// Notes that the node runs. What can't be written is not missed: then the times in the hosts' files count.
    func alive(at seconds: Int64) {
        try? Files.overwrite(alivePath, with: Array("\(seconds)\n".utf8), mode: 0o640)
    }

    /// Keeps a file that can't be used, out of the way.
    /// - Returns: where it is now; `nil` where it could not be moved.
    func setAside(_ guid: GUID, at seconds: Int64) -> String? {
        let aside = "\(path(guid)).set-aside.\(seconds)"
        return (try? Files.move(path(guid), to: aside)) == nil ? nil : aside
    }

    /// Removes a host's file, and what a crash left half written beside it. What was set aside stays, and so does the
    /// directory with it.
    func remove(_ guid: GUID) throws(SystemError) {
        try Files.remove(path(guid))
        for name in (try? Files.names(in: folder(guid))) ?? [] where name.hasPrefix("host.") && name.hasSuffix(".new") {
            try Files.remove("\(folder(guid))/\(name)")
        }
        Files.removeEmptyDirectory(folder(guid))
    }
}
