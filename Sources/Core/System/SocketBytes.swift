internal import CLinux
import Glibc

/// System calls on a connected socket that does not block, for whoever needs no event loop for it.
public enum SocketBytes {
    /// What ``discard(_:_:)`` returns where nothing has come.
    public static let nothing = -Int(EAGAIN)

    /// Throws away what has come.
    /// - Parameter most: bytes.
    /// - Returns: how many; 0 where the peer has said its last, a negative errno where the connection is broken.
    public static func discard(_ descriptor: Int32, _ most: Int) -> Int { Int(nd_discard(descriptor, most)) }

    /// Sends two pieces in a row, as far as there is room. The last packet may wait for ``end(_:)``.
    /// - Returns: the bytes sent, or a negative errno where the connection is broken.
    public static func sendBeforeEnd(_ descriptor: Int32, _ first: [UInt8], _ second: [UInt8]) -> Int {
        first.withUnsafeBytes { first in
            second.withUnsafeBytes { second in
                Int(nd_send_two(descriptor, first.baseAddress, first.count, second.baseAddress, second.count))
            }
        }
    }

    /// Says that nothing more comes.
    public static func end(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
