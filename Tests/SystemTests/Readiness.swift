import Glibc

/// Whether a descriptor gets ready for something: also on one machine what one end does takes a moment to be seen at the other.
/// - Parameter events: of `poll`.
func becomes(_ events: Int32, _ descriptor: Int32, within milliseconds: Int32 = 30_000) -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    var result: Int32
    repeat { result = poll(&state, 1, milliseconds) } while result < 0 && errno == EINTR
    return result == 1 && state.revents & Int16(events) != 0
}
