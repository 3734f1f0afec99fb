import Basics
import Glibc

/// A file of /proc or /sys that is read at every tick: opened once, then read from its start into a buffer that all
/// files share, so that a tick opens nothing and allocates nothing.
final class ProcFile {
    let path: String
    private var descriptor: Int32 = -1
    /// The kernel gives these in one piece of at most a page: the read that would only say "end" is saved.
    private let isOnePiece: Bool

    /// - Parameter isOnePiece: true for the small files of /sys.
    init(_ path: String, isOnePiece: Bool = false) {
        self.path = path
        self.isOnePiece = isOnePiece
    }

    deinit { close() }

    /// The whole file as it is now; `nil` where it can't be opened or read, or is beyond ``ReadBuffer/limit``. The bytes
    /// are valid until the buffer's next use.
    func read(into buffer: ReadBuffer) -> UnsafeBufferPointer<UInt8>? {
        if descriptor < 0 {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
        }
        guard let bytes = buffer.fill(from: descriptor, isOnePiece: isOnePiece) else {
            // The device behind it may be gone for good, or back under the same name: the next read looks again. But what
            // a device can't tell at the moment, such as the carrier of an interface that is down, isn't gone.
            if errno != EINVAL { close() }
            return nil
        }
        return bytes
    }

    /// The file's first word as a number; `nil` where it can't be read or is empty.
    func readNumber(into buffer: ReadBuffer) -> Int64? {
        guard let bytes = read(into: buffer), !bytes.isEmpty else { return nil }
        var cursor = ByteCursor(bytes)
        let word = cursor.word()
        return word.isEmpty ? nil : word.decimal
    }

    private func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}

/// The memory that files are read into, one after the other.
final class ReadBuffer {
    /// Bytes of a file that is still read. /proc/interrupts of 1,024 cores is about 3 MiB.
    static let defaultLimit = 16 << 20

    let limit: Int
    private var memory: UnsafeMutableBufferPointer<UInt8>

    init(limit: Int = ReadBuffer.defaultLimit) {
        self.limit = limit
        memory = .allocate(capacity: min(16 << 10, limit + 1))
    }

    deinit { memory.deallocate() }

    fileprivate func fill(from descriptor: Int32, isOnePiece: Bool) -> UnsafeBufferPointer<UInt8>? {
        var count = 0
        while true {
            if count == memory.count {
                guard count <= limit else { return nil }
                grow()
            }
            let got = pread(descriptor, memory.baseAddress! + count, memory.count - count, off_t(count))
            if got < 0 {
                if errno == EINTR { continue }
                return nil
            }
            count += got
            if got == 0 || (isOnePiece && count < memory.count) { break }
        }
        guard count <= limit else { return nil }
        return UnsafeBufferPointer(start: memory.baseAddress, count: count)
    }

    private func grow() {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: min(memory.count * 2, limit + 1))
        _ = larger.update(fromContentsOf: memory)
        memory.deallocate()
        memory = larger
    }
}
