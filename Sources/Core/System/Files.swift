import Glibc

/// Whole small files: read with a limit, written so that a reader never sees half of one.
public enum Files {
    /// Reads a regular file.
    ///
    /// Nothing else is opened as one: a FIFO in place of a configuration file would hang the start.
    /// - Parameter limit: the most bytes it may have.
    /// - Throws: ``SystemError``; `EFBIG` for a longer file, `EISDIR` for a directory, `EINVAL` for a device or FIFO.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("stat", path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw SystemError(operation: "read", subject: path, number: EISDIR)
        default: throw SystemError(operation: "read", subject: path, number: EINVAL)
        }
        // Files of /proc say that they are empty, others may grow meanwhile: so until the end, not until st_size.
        var bytes: [UInt8] = []
        let step = max(4096, min(Int(status.st_size), limit) + 1)
        while true {
            var got = 0
            let part = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
                got = readSome(descriptor, UnsafeMutableRawBufferPointer(buffer))
                count = max(0, got)
            }
            guard got >= 0 else { throw SystemError(operation: "read", subject: path, number: Int32(-got)) }
            if got == 0 { return bytes }
            bytes = bytes.isEmpty ? part : bytes + part
            guard bytes.count <= limit else { throw SystemError(operation: "read", subject: path, number: EFBIG) }
        }
    }

    /// Replaces a file as a whole: written beside it, synced, renamed. After a crash it is the old or the new one.
    /// - Parameter mode: permissions of a new file, before the umask.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let temporary = path + ".\(getpid()).new"
        let descriptor = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        let written = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
        let synced = written == 0 && fsync(descriptor) != 0 ? errno : 0
        close(descriptor)
        guard written == 0, synced == 0, rename(temporary, path) == 0 else {
            let last = errno
            unlink(temporary)
            if written != 0 { throw SystemError(operation: "write", subject: temporary, number: written) }
            if synced != 0 { throw SystemError(operation: "fsync", subject: temporary, number: synced) }
            throw SystemError(operation: "rename", subject: path, number: last)
        }
        syncDirectory(of: path)
    }

    /// Makes a file that is not there yet.
    /// - Parameter mode: its permissions, whatever the umask.
    /// - Throws: ``SystemError``; `EEXIST` where there is something of this name.
    public static func create(_ bytes: [UInt8], at path: String, mode: UInt32) throws(SystemError) {
        let descriptor = try open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
        guard written == 0, fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
            let last = written == 0 ? errno : written
            unlink(path)
            throw SystemError(operation: "write", subject: path, number: last)
        }
        syncDirectory(of: path)
    }

    /// Writes over the beginning of a file, in place and without waiting for the disk: for what is written often, is always of
    /// the same length, and may be lost in a power failure.
    public static func overwrite(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o644) throws(SystemError) {
        let descriptor = try open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
        guard written == 0 else { throw SystemError(operation: "write", subject: path, number: written) }
    }

    /// Makes a directory and what is missing above it.
    public static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
        if mkdir(path, mode) == 0 || errno == EEXIST && isDirectory(path) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("mkdir", path)
        }
        try makeDirectories(String(path[..<slash]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    /// Where relative paths begin; the root where that directory was removed.
    public static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Where a path leads once all links are followed; `nil` where it leads nowhere.
    public static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The names in a directory, sorted, without `.` and `..`.
    public static func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = opendir(path) else { throw failure("opendir", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Gives a file another name in the same file system, in place of whatever has that name.
    public static func move(_ path: String, to other: String) throws(SystemError) {
        guard rename(path, other) == 0 else { throw failure("rename", path) }
    }

    /// Removes a directory unless something is in it.
    public static func removeEmptyDirectory(_ path: String) { rmdir(path) }

    /// Removes a file; one that is not there is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
    }
}

/// Opens a file; the descriptor does not outlive an exec unless the flags say so.
@inline(never)
func open(_ path: String, _ flags: Int32, _ mode: UInt32 = 0) throws(SystemError) -> Int32 {
    while true {
        let descriptor = Glibc.open(path, flags, mode)
        if descriptor >= 0 { return descriptor }
        let number = errno
        if number != EINTR { throw SystemError(operation: "open", subject: path, number: number) }
    }
}

/// - Returns: bytes read, 0 at the end, or a negative errno.
@inline(never)
private func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
        let got = read(descriptor, buffer.baseAddress, buffer.count)
        if got >= 0 { return got }
        let number = errno
        if number != EINTR { return -Int(number) }
    }
}

/// Writes all of it, however often the kernel takes only a part.
/// - Returns: 0, or the errno that ended it.
@inline(never)
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    var offset = 0
    while offset < bytes.count {
        let written = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        let number = errno
        if written >= 0 {
            offset += written
        } else if number != EINTR {
            return number
        }
    }
    return 0
}

@inline(never)
func failure(_ operation: String, _ subject: String) -> SystemError {
    // The first statement: whatever runs in between may change errno.
    let number = errno
    return SystemError(operation: operation, subject: subject, number: number)
}

/// So that the new name survives a crash as well. Not every file system can; then the kernel's own order counts.
func syncDirectory(of path: String) {
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = Glibc.open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
