import Glibc

/// A copy of a file beside it, to be worked on and then put in its place as a whole, or thrown away.
///
/// A link is followed, so that what it points to is replaced and not the link.
public struct FileDraft: ~Copyable {
    /// The file that is meant, without links.
    public let target: String
    /// The copy.
    public let path: String
    /// What the file was like; `nil` where there was none.
    private let original: stat?
    private var isOver = false

    /// Copies.
    /// - Parameters:
    ///   - content: what the copy holds at first.
    ///   - mode: permissions where there is no file yet.
    public init(of file: String, content: [UInt8], mode: UInt32 = 0o640) throws(SystemError) {
        let target = Self.resolved(file)
        let path = Self.beside(target)
        self.target = target
        self.path = path
        var status = stat()
        original = stat(target, &status) == 0 ? status : nil
        let descriptor = try open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        Self.permit(descriptor, as: original, mode)
        let number = content.withUnsafeBytes { writeAll(descriptor, $0) }
        guard number == 0 else {
            unlink(path)
            throw SystemError(operation: "write", subject: path, number: number)
        }
    }

    /// Puts the copy in the file's place, with the file's owner and permissions; after a crash it is the one or the other.
    public mutating func install() throws(SystemError) {
        // An editor may have made another file of it.
        let descriptor = try open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { close(descriptor) }
        Self.permit(descriptor, as: original, 0o640)
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
        guard rename(path, target) == 0 else { throw failure("rename", target) }
        isOver = true
        syncDirectory(of: target)
    }

    /// Keeps the file as it is now under another name, with its owner and permissions: `stream.conf.1.bak`, or the first number
    /// that is free.
    /// - Returns: that name; `nil` where there is no file.
    public borrowing func backUp() throws(SystemError) -> String? {
        guard original != nil else { return nil }
        let content = try Files.read(target, limit: .max - 1)
        for number in 1... {
            let copy = "\(target).\(number).bak"
            do throws(SystemError) {
                let descriptor = try open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                defer { close(descriptor) }
                Self.permit(descriptor, as: original, 0o640)
                let failed = content.withUnsafeBytes { writeAll(descriptor, $0) }
                guard failed == 0, fsync(descriptor) == 0 else {
                    let failure =
                        failed == 0
                        ? failure("fsync", copy) : SystemError(operation: "write", subject: copy, number: failed)
                    unlink(copy)
                    throw failure
                }
                return copy
            } catch  where error.number == EEXIST {
                continue
            }
        }
        return nil
    }

    deinit { if !isOver { unlink(path) } }

    /// Only root may give a file away; everybody else's file is theirs already.
    private static func permit(_ descriptor: Int32, as original: stat?, _ mode: UInt32) {
        if let original {
            _ = fchown(descriptor, original.st_uid, original.st_gid)
            fchmod(descriptor, original.st_mode & 0o7777)
        } else {
            fchmod(descriptor, mode)
        }
    }

    /// Hidden, and without the ending that would make somebody read it as a configuration.
    private static func beside(_ target: String) -> String {
        let name = target.split(separator: "/").last.map(String.init) ?? target
        return String(target.dropLast(name.count)) + ".\(name).\(getpid()).edit"
    }

    private static func resolved(_ file: String) -> String {
        guard let path = realpath(file, nil) else { return file }
        defer { free(path) }
        return String(cString: path)
    }
}
