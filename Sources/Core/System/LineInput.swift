import Glibc

/// Reads lines from a descriptor to its end: standard input, whether it is a file, a pipe or a socket.
public struct LineInput {
    private let descriptor: Int32
    private var lines = LineBuffer()
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    public init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Waits for the next bytes and hands over the lines that they complete; at the end of the input, what is left.
    /// - Parameter line: called with each line, without its end.
    /// - Returns: false at the end of the input.
    public mutating func next(_ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) -> Bool {
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            let number = errno
            if count > 0 {
                lines.take(buffer[..<count], line)
                return true
            }
            if count == 0 {
                lines.finish(line)
                return false
            }
            switch number {
            case EINTR: continue
            case EAGAIN:
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&ready, 1, -1)
            default: throw SystemError(operation: "read", subject: "standard input", number: number)
            }
        }
    }
}
