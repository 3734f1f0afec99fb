import Basics

/// A second machine that asks for the place of a connected host: a copy with the same machine GUID (streaming protocol §3,
/// row 13). The first one stays.
///
/// One refused request tells nothing: a child whose old connection hangs comes back too. So it is a conflict when the
/// newcomer calls itself otherwise, or when the connection it is refused for goes on bringing data between two of its tries.
public struct HostRival: Sendable, Equatable {
    /// A conflict ends by itself after so many seconds without a try.
    public static let endsAfterSeconds: Int64 = 300

    public private(set) var address: String
    public private(set) var port: String
    public private(set) var hostname: String
    public private(set) var tries = 1
    private var lastMonotonic: Int64
    fileprivate private(set) var isProven: Bool

    init(address: String, port: String, hostname: String, isOtherName: Bool, monotonic: Int64) {
        self.address = address
        self.port = port
        self.hostname = hostname
        lastMonotonic = monotonic
        isProven = isOtherName
    }

    /// It has tried again.
    ///
    /// - Parameter dataMonotonic: when the connected one brought bytes last.
    mutating func tries(
        again address: String,
        port: String,
        hostname: String,
        isOtherName: Bool,
        dataMonotonic: Int64,
        monotonic: Int64
    ) {
        let isRecent = monotonic &- lastMonotonic <= Self.endsAfterSeconds &* microsecondsPerSecond
        if isOtherName || isRecent && dataMonotonic > lastMonotonic { isProven = true }
        tries = isRecent ? tries &+ 1 : 1
        self.address = address
        self.port = port
        self.hostname = hostname
        lastMonotonic = monotonic
    }

    func isInConflict(monotonic: Int64) -> Bool { isProven && !hasGone(monotonic: monotonic) }

    func hasGone(monotonic: Int64) -> Bool {
        monotonic &- lastMonotonic > Self.endsAfterSeconds &* microsecondsPerSecond
    }
}

/// What a refused request makes of a host.
public enum Rivalry: Sendable, Equatable {
    /// Perhaps the same machine whose old connection hangs.
    case unclear
    case begins
    case goesOn
}

extension HostFacts {
    /// Somebody was refused because this host is connected.
    public mutating func refusedRival(
        address: String,
        port: String,
        hostname: String,
        isOtherName: Bool,
        dataMonotonic: Int64,
        monotonic: Int64
    ) -> Rivalry {
        let before = rival?.isInConflict(monotonic: monotonic) ?? false
        if rival == nil || rival?.hasGone(monotonic: monotonic) == true {
            rival = HostRival(
                address: address,
                port: port,
                hostname: hostname,
                isOtherName: isOtherName,
                monotonic: monotonic
            )
        } else {
            rival?.tries(
                again: address,
                port: port,
                hostname: hostname,
                isOtherName: isOtherName,
                dataMonotonic: dataMonotonic,
                monotonic: monotonic
            )
        }
        guard rival?.isInConflict(monotonic: monotonic) == true else { return .unclear }
        return before ? .goesOn : .begins
    }

    /// Whether somebody keeps asking for this host's place.
    public func isInConflict(monotonic: Int64) -> Bool { rival?.isInConflict(monotonic: monotonic) == true }

    /// Forgets a rival that has not tried for long enough.
    /// - Returns: it, where it made a conflict.
    public mutating func endRivalry(monotonic: Int64) -> HostRival? {
        guard let known = rival, known.hasGone(monotonic: monotonic) else { return nil }
        rival = nil
        return known.isProven ? known : nil
    }
}
