/// Something that works at fixed moments and shares the thread of the ``CollectionLoop``: the internal collectors.
public protocol TickDriven: AnyObject {
    /// Does what is due at `now`.
    /// - Parameter now: microseconds since 1970.
    func tick(now: Int64)

    /// How long it can be left alone; 0 or less means that ``tick(now:)`` is due.
    func microsecondsToNextTick(now: Int64) -> Int64
}
