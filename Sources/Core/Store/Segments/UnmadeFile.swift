import Synchronization
import System

/// A file that is made when it is first written to: what is to be in it can be gathered while no disk takes it.
final class UnmadeFile: StorageFile {
    private let path: String
    private let files: any StorageFiles
    private let made = Mutex<(any StorageFile)?>(nil)

    init(_ path: String, _ files: any StorageFiles) {
        self.path = path
        self.files = files
    }

    private func file() throws(SystemError) -> any StorageFile {
        if let file = made.withLock({ $0 }) { return file }
        let file = try files.open(path, .create)
        made.withLock { $0 = file }
        return file
    }

    func size() throws(SystemError) -> Int { try made.withLock({ $0 })?.size() ?? 0 }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try made.withLock({ $0 })?.read(into: buffer, at: offset) ?? 0
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try file().write(bytes, at: offset)
    }

    func synchronise() throws(SystemError) { try file().synchronise() }
    func truncate(to size: Int) throws(SystemError) { try file().truncate(to: size) }
}
