internal import NIOCore

/// Who is held back at the ``Door`` while there is a storm: a few in each window of time go on as they come, the others after
/// a window that was calm, or when they have waited long enough. Times are microseconds of the clock that is never set.
struct Crowd<Arrival> {
    /// So long is looked whether there is a storm.
    static var window: Int64 { 5000 }
    /// Who appear or come in one window and make no storm.
    static var calm: Int { 32 }
    /// How long somebody is held back at most, and how many are.
    static var patience: Int64 { 100_000 }
    static var mostHeld: Int { 4096 }

    private var held = CircularBuffer<(arrival: Arrival, until: Int64)>()
    private var windowEnd: Int64 = .min
    private var inWindow = 0
    /// Whether more come than may go on at once.
    private(set) var isStorm = false

    /// When ``next(_:)`` is to be asked; `nil` when nobody waits.
    var due: Int64? { held.first.map { min($0.until, windowEnd) } }

    /// Somebody is there who has said nothing yet.
    mutating func appears(_ now: Int64) {
        look(now)
        inWindow += 1
        if inWindow > Self.calm { isStorm = true }
    }

    /// Somebody wants to go on.
    /// - Returns: the arrival, where it may at once.
    mutating func come(_ arrival: Arrival, _ now: Int64) -> Arrival? {
        appears(now)
        guard isStorm || !held.isEmpty, held.count < Self.mostHeld else { return arrival }
        held.append((arrival, now + Self.patience))
        return nil
    }

    /// - Returns: somebody who has been held back and may go on now.
    mutating func next(_ now: Int64) -> Arrival? {
        look(now)
        guard let first = held.first, !isStorm || first.until <= now else { return nil }
        return held.removeFirst().arrival
    }

    /// - Returns: somebody who is held back, whenever it is.
    mutating func popFirst() -> Arrival? { held.popFirst()?.arrival }

    private mutating func look(_ now: Int64) {
        guard now >= windowEnd else { return }
        // A window that nobody has looked at was calm.
        if inWindow <= Self.calm || now >= windowEnd + Self.window { isStorm = false }
        windowEnd = now + Self.window
        inWindow = 0
    }
}
