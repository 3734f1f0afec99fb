#if canImport(Glibc)
import Glibc
#endif

/// One grouping function at work on the points of one dimension (web API §7.4).
///
/// Specialised per function, so that the loop over the points has no call and no branch on the function in it.
protocol RowFunction {
    /// Takes a value that is no null.
    mutating func add(_ value: Double)
    /// The row's value, NaN for null; starts the next row.
    ///
    /// - Parameter count: how many values were added; 0 is null for all that carry nothing over.
    mutating func finish(count: Int) -> Double
}

/// A row of one point: whatever the function, most of them give back that point.
struct SinglePoint: RowFunction {
    var value = Double.nan

    @inline(__always) mutating func add(_ value: Double) { self.value = value }

    @inline(__always) mutating func finish(count: Int) -> Double {
        defer { value = .nan }
        return value
    }
}

struct Average: RowFunction {
    /// How many resampling periods are in a row; 0 for the plain average.
    let resamplingDivisor: Double
    var total = 0.0

    @inline(__always) mutating func add(_ value: Double) { total += value }

    @inline(__always) mutating func finish(count: Int) -> Double {
        defer { total = 0 }
        guard count > 0 else { return .nan }
        return resamplingDivisor > 0 ? total / resamplingDivisor : total / Double(count)
    }
}

struct Sum: RowFunction {
    var total = 0.0

    @inline(__always) mutating func add(_ value: Double) { total += value }

    @inline(__always) mutating func finish(count: Int) -> Double {
        defer { total = 0 }
        return count > 0 ? total : .nan
    }
}

/// The value farthest from (or nearest to) zero, its sign kept.
struct Extreme: RowFunction {
    let isMaximum: Bool
    var extreme = Double.nan

    @inline(__always) mutating func add(_ value: Double) {
        let isBetter = isMaximum ? value.magnitude > extreme.magnitude : value.magnitude < extreme.magnitude
        if isBetter || extreme.isNaN { extreme = value }
    }

    @inline(__always) mutating func finish(count: Int) -> Double {
        defer { extreme = .nan }
        return extreme
    }
}

struct IncrementalSum: RowFunction {
    var first = Double.nan
    var last = Double.nan

    @inline(__always) mutating func add(_ value: Double) {
        if first.isNaN { first = value }
        last = value
    }

    @inline(__always) mutating func finish(count: Int) -> Double {
        defer { first = .nan }
        return count > 0 ? last - first : .nan
    }
}

/// Sample standard deviation, or its percentage of the mean; by Welford's update, which loses no digits to large means.
struct Deviation: RowFunction {
    let isRelative: Bool
    var count = 0.0
    var mean = 0.0
    var squares = 0.0

    @inline(__always) mutating func add(_ value: Double) {
        count += 1
        let distance = value - mean
        mean += distance / count
        squares += distance * (value - mean)
    }

    mutating func finish(count number: Int) -> Double {
        defer { (count, mean, squares) = (0, 0, 0) }
        guard number > 0 else { return .nan }
        let deviation = number > 1 ? (squares / (count - 1)).squareRoot() : 0
        guard isRelative, number > 1 else { return deviation }
        let percent = 100 * deviation / mean.magnitude
        return percent.isFinite ? percent : .nan
    }
}

/// The share of values for which a comparison holds, 0–100.
struct CountIf: RowFunction {
    let comparison: Comparison
    var matching = 0.0

    @inline(__always) mutating func add(_ value: Double) {
        if comparison.holds(value) { matching += 1 }
    }

    mutating func finish(count: Int) -> Double {
        defer { matching = 0 }
        return count > 0 ? matching * 100 / Double(count) : .nan
    }
}

/// Exponential smoothing; the level carries over from row to row, and a row without values repeats it.
struct Exponential: RowFunction {
    let alpha: Double
    /// Follows the trend as well (double exponential smoothing).
    let followsTrend: Bool
    var seen = 0
    var level = Double.nan
    var trend = 0.0

    init(group: Int64, rows: Int64, followsTrend: Bool) {
        // [web].ses max window and des max window, 15 by default.
        let window = min(15, group == 1 ? rows : group)
        alpha = 2 / (Double(window) + 1)
        self.followsTrend = followsTrend
    }

    mutating func add(_ value: Double) {
        if seen == 0 {
            level = value
            seen = 1
            return
        }
        guard followsTrend else {
            level = alpha * value + (1 - alpha) * level
            return
        }
        if seen == 1 {
            trend = value - level
            level = value
            seen = 2
        }
        let previous = level
        level = alpha * value + (1 - alpha) * (level + trend)
        trend = alpha * (level - previous) + (1 - alpha) * trend
    }

    mutating func finish(count: Int) -> Double { level }
}

/// Whatever needs the values in order: median, trimmed median, trimmed mean, percentile.
struct Ordered: RowFunction {
    let function: Grouping.Function
    let percent: Double
    var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    mutating func finish(count: Int) -> Double {
        defer { values.removeAll(keepingCapacity: true) }
        guard !values.isEmpty else { return .nan }
        values.sort()
        switch function {
        case .median, .trimmedMedian: return Self.trimmedMedian(values, percent: percent)
        case .trimmedMean: return Self.mean(values, share: 1 - 2 * percent / 100, fromTheMiddle: true)
        default: return Self.mean(values, share: percent / 100, fromTheMiddle: false)
        }
    }

    /// Of an even number of values, more than two, the mean of the two above the middle: not the textbook's, but what
    /// the original answers.
    private static func median(_ sorted: ArraySlice<Double>) -> Double {
        let count = sorted.count
        let middle = sorted.startIndex + count / 2
        if count % 2 == 1 { return sorted[middle] }
        return count == 2
            ? (sorted[middle - 1] + sorted[middle]) / 2 : (sorted[middle] + sorted[middle + 1]) / 2
    }

    private static func trimmedMedian(_ sorted: [Double], percent: Double) -> Double {
        guard percent > 0, sorted.count > 1 else { return median(sorted[...]) }
        let (least, most) = (sorted[0], sorted[sorted.count - 1])
        // In the original's order: values often lie right on the border.
        let margin = (most - least) * (percent / 100)
        let start = sorted.firstIndex { $0 >= least + margin } ?? 0
        let end = sorted.lastIndex { $0 <= most - margin } ?? sorted.count - 1
        // Nothing lies between the margins: the original answers with the first value behind them.
        guard start <= end else { return sorted[start] }
        return median(sorted[start...end])
    }

    /// The mean of a share of the values, the last of them counted in part: the lowest, or the ones in the middle. With
    /// any negative value the original walks down from the top instead.
    private static func mean(_ sorted: [Double], share: Double, fromTheMiddle: Bool) -> Double {
        let count = sorted.count
        guard count > 1, sorted[0] != sorted[count - 1] else { return sorted[0] }
        let whole = max(1, Int(Double(count) * share))
        // In the original's order: the last digit that is printed may hang on it.
        let used = Double(whole) / Double(count)
        let rest = share - used
        let part = rest > 0 ? rest / (Double(whole + 1) / Double(count) - used) : 0
        let skip = fromTheMiddle ? (count - whole) / 2 : 0
        let isDescending = sorted[0] < 0
        func value(_ index: Int) -> Double { isDescending ? sorted[count - 1 - index] : sorted[index] }

        var total = 0.0
        for index in skip..<(skip + whole) { total += value(index) }
        guard part > 0, skip + whole < count else { return total / Double(whole) }
        total += value(skip + whole) * part
        total += value(skip + whole - 1) * (1 - part)
        return total / Double(whole + 1)
    }
}
