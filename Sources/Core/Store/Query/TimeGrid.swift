/// From a request's window to the rows of the answer (web API §7.3): pure integers.
public struct TimeGrid: Sendable, Equatable {
    /// Seconds a stored point is asked to span: the chart's update every, or 1 with virtual points.
    public let granularity: Int64
    /// Points of that length in a row.
    public let group: Int64
    public let rows: Int64
    /// Where the first row's first point ends.
    public let after: Int64
    /// Where the last row ends.
    public let before: Int64
    /// Points of a resampling period; 1 without `gtime`.
    public let resamplingGroup: Int64
    /// How often the resampling period fits into a row.
    public let resamplingDivisor: Double
    public let isNatural: Bool

    /// Seconds between two rows.
    public var step: Int64 { group * granularity }

    /// Where the first row ends.
    public var firstRow: Int64 { after + step - granularity }

    /// - Parameters:
    ///   - updateEvery: the smallest of the charts asked, in seconds.
    ///   - first, last: oldest and newest time stored; both 0 where nothing is.
    ///   - now: the current second minus one.
    public init(
        _ parameters: QueryParameters,
        updateEvery: Int64,
        first: Int64,
        last: Int64,
        now: Int64,
        limits: QueryLimits = QueryLimits()
    ) {
        let updateEvery = min(max(1, updateEvery), limits.resampling)
        let resampling = min(parameters.resampling, limits.resampling)
        let isAutomatic = parameters.points == 0
        isNatural =
            !parameters.options.contains(.virtualPoints)
            && (isAutomatic || parameters.isRelative || parameters.options.contains(.naturalPoints))
        var want = parameters.points
        var endsAtLast = false
        var (after, before) = (parameters.after, parameters.before)
        if after == 0 { after = first }
        if before == 0 {
            before = last
            endsAtLast = true
        }
        if parameters.after == 0 || parameters.before == 0, want == 0 { want = (last - first) / updateEvery }
        if want <= 0 { want = 600 }

        (after, before) = Self.absolute(after: after, before: before, now: now)
        let granularity = isNatural ? updateEvery : 1
        before -= before % granularity
        after -= after % granularity
        if isAutomatic { want = max(1, (before - after + 1) / granularity) }

        var duration = before - after
        if resampling > duration { after = before - resampling }
        duration = before - after
        if resampling > granularity, case let rest = duration % resampling, rest > resampling / 10 {
            after -= resampling - rest
        }
        duration = before - after

        let available = max(1, (duration + 1) / granularity)
        want = max(1, min(want, available, limits.rows))
        var group = max(1, available / want)
        if available % want > want / 2 { group += 1 }
        if want * group * granularity < duration {
            want = available / group
            if want * group < available { want += 1 }
            want = max(1, want)
        }
        if resampling > granularity {
            let period = (resampling + granularity - 1) / granularity
            group = (max(group, period) + period - 1) / period * period
            resamplingGroup = period
            resamplingDivisor = Double(group * granularity) / Double(resampling)
        } else {
            resamplingGroup = 1
            resamplingDivisor = 1
        }
        let step = group * granularity
        if !parameters.options.contains(.unaligned), case let rest = before % step, rest != 0 {
            before += endsAtLast ? -rest : step - rest
        }
        self.granularity = granularity
        self.group = group
        self.rows = want
        self.before = before
        self.after = before - want * step + granularity
    }

    /// The window as absolute times: what is relative is resolved, the ends put in order, the future cut off.
    public static func absolute(after: Int64, before: Int64, now: Int64) -> (after: Int64, before: Int64) {
        var (after, before) = (after, before)
        if QueryParameters.isRelative(before) { before = now - Int64(before.magnitude) }
        if QueryParameters.isRelative(after) {
            after = before - Int64(after == 0 ? 600 : after.magnitude) + 1
        }
        if after > before { swap(&after, &before) }
        if before > now {
            after -= before - now
            before = now
        }
        let earliest = now - 10 * 365 * 86_400
        let latest = now + 365 * 86_400
        return (min(max(after, earliest), latest), min(max(before, earliest), latest))
    }
}
