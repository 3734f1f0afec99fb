import Glibc

/// A directory whose files strangers may read: regular ones in it, and what links in it lead to where that is anybody's anyway.
///
/// Every call may block for as long as a disk does.
public struct DocumentRoot: Sendable {
    /// What a name in it leads to.
    public enum Found: Sendable {
        /// Nothing, or nothing that may be looked at.
        case missing
        /// There is something, but it is no regular file, or it lies elsewhere.
        case notPermitted
        /// It cannot be opened just now; later perhaps.
        case busy
        case unreadable
        case file(Document)
    }

    /// Where it is, without slashes at its end.
    public let path: String
    /// Where packages keep what everybody may read, such as Debian's dashboard its fonts.
    private let shared: String

    public init(_ path: String, shared: String = "/usr/share") {
        var path = path[...]
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
        self.shared = shared
    }

    /// The file that answers for a directory.
    static let index = "index.html"

    /// Whether there is a page at all: why not, in the system's words, or `nil`.
    public var problem: String? {
        let page = path + "/" + Self.index
        guard access(page, R_OK) == 0 else { return failure("access", page).reason }
        return nil
    }

    /// Opens a file, or the index of a directory. Links are followed to what lies in one of the ``places``.
    /// - Parameter name: below the directory, without a slash in front and without `..`.
    /// - Returns: what was found, and the whole path that was looked up last.
    public func find(_ name: String) -> (found: Found, path: String) {
        var whole = path + "/" + name
        var status = stat()
        guard stat(whole, &status) == 0 else { return (.missing, whole) }
        if status.st_mode & S_IFMT == S_IFDIR {
            // As the original writes it, with a second slash where the name ends in one.
            whole += "/" + Self.index
            guard stat(whole, &status) == 0 else { return (.missing, whole) }
        }
        guard status.st_mode & S_IFMT == S_IFREG, let file = Files.realPath(whole),
            places.contains(where: { Self.is(file, in: $0) })
        else { return (.notPermitted, whole) }
        return (open(file), whole)
    }

    /// Where a file may lie once all links are followed: in this directory, in the tree of a package that it was unpacked with,
    /// and with what the system's packages share. Whoever makes a link in it gets at nothing else with this process's rights.
    private var places: [String] {
        guard let root = Files.realPath(path) else { return [] }
        return [root, Self.packages(of: root), Files.realPath(shared)].compactMap { $0 }
    }

    /// The `…/usr/share` that a directory lies in: a dashboard that was unpacked anywhere has its fonts beside it.
    private static func packages(of root: String) -> String? {
        let parts = root.split(separator: "/", omittingEmptySubsequences: false)
        guard let index = parts.indices.dropFirst().last(where: { parts[$0 - 1] == "usr" && parts[$0] == "share" }),
            index < parts.endIndex - 1
        else { return nil }
        return parts[...index].joined(separator: "/")
    }

    private static func `is`(_ path: String, in directory: String) -> Bool {
        path == directory || directory == "/" || path.hasPrefix(directory + "/")
    }

    private func open(_ file: String) -> Found {
        do throws(SystemError) {
            return .file(try Document(file))
        } catch {
            switch error.number {
            case EBUSY, EAGAIN: return .busy
            // It has become something else since it was looked at.
            case ELOOP, EINVAL: return .notPermitted
            case ENOENT: return .missing
            default: return .unreadable
            }
        }
    }
}

/// An open file of a ``DocumentRoot``.
public struct Document: Sendable {
    /// Bytes, when it was opened.
    public let size: Int
    /// When it was changed last, Unix seconds, and the rest of that second in nanoseconds.
    public let modified: Int64
    public let modifiedNanoseconds: Int
    private let file: any StorageFile

    fileprivate init(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("stat", path) }
        file = try SystemFiles().open(path, .read)
        size = try file.size()
        modified = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }

    /// - Returns: `count` bytes, fewer at its end, `nil` where it cannot be read.
    public func bytes(at offset: Int, count: Int) -> [UInt8]? { try? file.bytes(at: offset, count: count) }
}
