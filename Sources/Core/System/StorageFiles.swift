/// What a database does with files. The kernel's are ``SystemFiles``; tests have some that fail.
///
/// All paths are whole paths. Every call may block for as long as a disk does.
public protocol StorageFiles: Sendable {
    /// - Throws: `ENOENT` where there is none, `EEXIST` for ``StorageOpening/create`` where there is one.
    func open(_ path: String, _ opening: StorageOpening) throws(SystemError) -> any StorageFile
    /// The names in a directory, sorted, without `.` and `..`.
    func names(in directory: String) throws(SystemError) -> [String]
    /// Bytes of a file, without opening it.
    func size(of path: String) throws(SystemError) -> Int
    /// Gives a file another name, in place of whatever has that name.
    func rename(_ path: String, to other: String) throws(SystemError)
    /// Removes a file; one that is not there is no error. Who has it open can go on reading.
    func remove(_ path: String) throws(SystemError)
    /// Makes a directory and what is missing above it.
    func makeDirectories(_ path: String) throws(SystemError)
    /// Makes new and other names in a directory survive a power failure.
    func synchroniseDirectory(_ path: String) throws(SystemError)
    /// Bytes that may still be written in the file system of a directory.
    func freeSpace(in directory: String) throws(SystemError) -> Int
    /// Keeps a directory for the holder of what is returned, until that is released.
    /// - Returns: `nil` where somebody else has it.
    func lock(_ directory: String) throws(SystemError) -> (any AnyObject & Sendable)?
}

/// How a file is opened.
public enum StorageOpening: Sendable {
    /// An existing one, to read.
    case read
    /// An existing one, to read and write.
    case update
    /// A new one, to read and write.
    case create
}

/// An open file; closed when nobody holds it any more. Reads and writes say where, so any thread may read.
public protocol StorageFile: AnyObject, Sendable {
    /// - Returns: the bytes read: fewer than asked for only where the file ends; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int
    /// - Returns: the bytes written, at least one; perhaps not all.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int
    /// Waits until what was written is on the disk (fdatasync).
    func synchronise() throws(SystemError)
    func truncate(to size: Int) throws(SystemError)
    func size() throws(SystemError) -> Int
}

extension StorageFile {
    /// - Returns: `count` bytes, or those up to the file's end.
    public func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(SystemError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
                initialized = 0
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of it, however often only a part is taken.
    public func writeAll(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            var failure: SystemError?
            let written = bytes.withUnsafeBytes { all in
                do throws(SystemError) {
                    return try write(UnsafeRawBufferPointer(rebasing: all[done...]), at: offset + done)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            done += written
        }
    }
}
