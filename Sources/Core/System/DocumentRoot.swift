import Glibc

/// A directory whose files strangers may read: regular ones in it, and nothing that it only points to.
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
    /// Where packages keep what they share, such as Debian's dashboard its fonts: within it links are followed, because only
    /// the system's packages make them.
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

    /// Opens a file, or the index of a directory. Symbolic links are no files, unless both they and what they lead to are shared
    /// by packages; a directory may be one if it leads to a place within.
    /// - Parameter name: below the directory, without a slash in front and without `..`.
    /// - Returns: what was found, and the whole path that was looked up last.
    public func find(_ name: String) -> (found: Found, path: String) {
        var whole = path + "/" + name
        var status = stat()
        guard lstat(whole, &status) == 0 else { return (.missing, whole) }
        if status.st_mode & S_IFMT == S_IFDIR {
            // As the original writes it, with a second slash where the name ends in one.
            whole += "/" + Self.index
            guard lstat(whole, &status) == 0 else { return (.missing, whole) }
        }
        if status.st_mode & S_IFMT == S_IFLNK, let target = sharedTarget(of: whole) { return (open(target), whole) }
        guard status.st_mode & S_IFMT == S_IFREG, isWithin(whole) else { return (.notPermitted, whole) }
        return (open(whole), whole)
    }

    /// Whether the directory of a file is this one or one below, once all links are followed.
    private func isWithin(_ file: String) -> Bool {
        guard let slash = file.lastIndex(of: "/"), let root = Files.realPath(path),
            let directory = Files.realPath(String(file[..<slash]))
        else { return false }
        return Self.is(directory, in: root) || Self.is(root, in: shared) && Self.is(directory, in: shared)
    }

    /// Where a link leads, if packages share it.
    private func sharedTarget(of link: String) -> String? {
        guard let root = Files.realPath(path), Self.is(root, in: shared), let target = Files.realPath(link),
            Self.is(target, in: shared)
        else { return nil }
        return target
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
