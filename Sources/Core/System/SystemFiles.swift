import Glibc

/// ``StorageFiles`` of the kernel.
public struct SystemFiles: StorageFiles {
    public init() {}

    public func open(_ path: String, _ opening: StorageOpening) throws(SystemError) -> any StorageFile {
        let flags =
            switch opening {
            case .read: O_RDONLY | O_NONBLOCK
            case .update: O_RDWR | O_NONBLOCK
            case .create: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = try System.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o640)
        let file = SystemFile(descriptor, path)
        // A FIFO or a device in a file's place would never end.
        guard try file.isRegular() else { throw SystemError(operation: "open", subject: path, number: EINVAL) }
        return file
    }

    public func names(in directory: String) throws(SystemError) -> [String] { try Files.names(in: directory) }

    public func size(of path: String) throws(SystemError) -> Int {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("stat", path) }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    public func rename(_ path: String, to other: String) throws(SystemError) { try Files.move(path, to: other) }

    public func remove(_ path: String) throws(SystemError) { try Files.remove(path) }

    public func makeDirectories(_ path: String) throws(SystemError) {
        try Files.makeDirectories(path, mode: 0o750)
    }

    public func synchroniseDirectory(_ path: String) throws(SystemError) {
        let descriptor = try System.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        // Not every file system can; then the kernel's own order counts.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("fsync", path) }
    }

    public func freeSpace(in directory: String) throws(SystemError) -> Int {
        var space = statvfs()
        guard statvfs(directory, &space) == 0 else { throw failure("statvfs", directory) }
        return Int(clamping: UInt(space.f_bavail).multipliedReportingOverflow(by: UInt(space.f_frsize)).partialValue)
    }

    public func lock(_ directory: String) throws(SystemError) -> (any AnyObject & Sendable)? {
        try DirectoryLock.take(directory)
    }
}

/// A descriptor.
private final class SystemFile: StorageFile {
    private let descriptor: Int32
    private let path: String

    init(_ descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func isRegular() throws(SystemError) -> Bool { try status().st_mode & S_IFMT == S_IFREG }

    func size() throws(SystemError) -> Int { Int(try status().st_size) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, offset + done)
            let number = errno
            if got == 0 { break }
            if got > 0 {
                done += got
            } else if number != EINTR {
                throw SystemError(operation: "read", subject: path, number: number)
            }
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        while true {
            let written = pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
            let number = errno
            if written > 0 { return written }
            if written == 0 { throw SystemError(operation: "write", subject: path, number: EIO) }
            if number != EINTR { throw SystemError(operation: "write", subject: path, number: number) }
        }
    }

    func synchronise() throws(SystemError) {
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync", path) }
    }

    func truncate(to size: Int) throws(SystemError) {
        guard ftruncate(descriptor, size) == 0 else { throw failure("ftruncate", path) }
    }

    private func status() throws(SystemError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("stat", path) }
        return status
    }
}
