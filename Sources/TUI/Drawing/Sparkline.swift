/// A row of small bars.
enum Sparkline {
    private static let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let letters = [".", ":", "-", "=", "+", "*", "#", "@"]

    /// The values over the given width, newest at the right, each bar the mean of those that share it. The highest bar is
    /// the highest value; nothing at all is a blank.
    static func text(_ values: [Int], width: Int, unicode: Bool) -> String {
        guard width > 0 else { return "" }
        let share = max(1, (values.count + width - 1) / width)
        var means: [Double] = []
        var end = values.count
        while end > 0, means.count < width {
            let part = values[max(0, end - share)..<end]
            means.append(part.reduce(0.0) { $0 + Double($1) } / Double(part.count))
            end -= share
        }
        means.reverse()
        let highest = means.max() ?? 0
        let bars = unicode ? blocks : letters
        let drawn = means.map { mean -> String in
            guard mean > 0, highest > 0 else { return " " }
            return bars[min(bars.count - 1, Int(mean / highest * Double(bars.count)))]
        }
        return String(repeating: " ", count: width - drawn.count) + drawn.joined()
    }

    /// A metric over the given width, newest at the right: its size whatever its sign, from the lowest bar for zero up. A time
    /// without a value is a blank.
    static func metric(_ values: [Double?], width: Int, unicode: Bool) -> String {
        let shown = values.count > width ? resampled(values, to: width) : values
        let sizes = shown.map { $0.map(\.magnitude) }
        let highest = sizes.compactMap { $0 }.max() ?? 0
        let bars = unicode ? blocks : letters
        let drawn = sizes.map { size -> String in
            guard let size else { return " " }
            return bars[highest > 0 ? min(bars.count - 1, Int(size / highest * Double(bars.count))) : 0]
        }
        return String(repeating: " ", count: max(0, width - drawn.count)) + drawn.joined()
    }
}
