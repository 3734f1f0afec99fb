internal import CLinux

/// The kernel's random source.
public enum SystemRandom {
    /// Fresh random bytes, fit for keys and GUIDs.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let failure = nd_random(buffer.baseAddress, count)
            precondition(failure == 0, "the kernel gives no random bytes")
            initialized = count
        }
    }

    /// A random number of 64 bits: for jitter.
    public static func number() -> UInt64 {
        bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
