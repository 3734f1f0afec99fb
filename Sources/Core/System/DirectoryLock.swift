import Glibc

/// Keeps a directory for one process: two that write there would undo each other's work. The kernel gives it back when
/// the process ends, however it ends, so nothing is left behind.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: `nil` where another process has it.
    /// - Throws: ``SystemError`` when the directory cannot be opened. A file system that knows no locks is taken as free.
    public static func take(_ path: String) throws(SystemError) -> DirectoryLock? {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return DirectoryLock(descriptor) }
        close(descriptor)
        return nil
    }

    deinit { close(descriptor) }
}
