internal import CLinux
import Glibc

/// Plain threads with a small stack and a name that `top -H` shows.
public enum Threads {
    /// Stack of a thread that runs our own code: 512 KiB of address space; only what is touched costs memory.
    public static let stackSize = 512 * 1024

    /// The kernel's number of the calling thread.
    public static var current: Int { Int(nd_thread()) }

    /// From now on the calling thread runs soon after it is woken, before those that have long turns, where the kernel knows
    /// how (Linux 6.12). For one that works little and that somebody waits for; its share of the processor stays the same.
    public static func hurry() { _ = nd_hurry_thread() }

    /// Starts a detached thread.
    /// - Parameter name: at most 15 bytes are kept.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(
            &thread,
            &attributes,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                nd_name_thread(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        precondition(result == 0, "no thread to be had: \(String(cString: strerror(result)))")
    }
}

private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
