import Diagnostics

/// What a cell means; the theme decides what that looks like.
public enum Role: UInt8, Sendable {
    case plain
    /// The line that says whose picture it is.
    case title
    /// Names of columns.
    case heading
    case good
    case notice
    case bad
    /// Less important than what stands around it.
    case quiet
    /// A key that can be pressed, a value that was chosen.
    case accent
    /// A banner that must be seen.
    case alert
    // Curves and their names, told apart.
    case series0
    case series1
    case series2
    case series3
    case series4
    case series5

    private static let series: [Role] = [.series0, .series1, .series2, .series3, .series4, .series5]

    static func series(_ index: Int) -> Role { series[index % series.count] }

    var seriesIndex: Int? { Self.series.firstIndex(of: self) }
}

/// One place of the screen.
public struct Cell: Sendable, Equatable {
    /// U+0000 in the second place of a wide character.
    public var scalar: Unicode.Scalar
    public var role: Role
    public var isSelected: Bool

    static let blank = Cell(scalar: " ", role: .plain, isSelected: false)
}

/// A picture of the screen: what a screen function makes and a terminal shows.
public struct Grid: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    public private(set) var cells: [Cell]
    /// Where the cursor is shown, while text is typed.
    public var cursor: Position?
    /// Without Unicode, what isn't ASCII is shown as the nearest sign there is, else as `?`.
    let unicode: Bool

    public struct Position: Sendable, Equatable {
        public var row: Int
        public var column: Int
    }

    init(rows: Int, columns: Int, unicode: Bool) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 0)
        self.unicode = unicode
        cells = [Cell](repeating: .blank, count: self.rows * self.columns)
    }

    /// Puts text at a place, cut at `limit` columns and at the edge.
    ///
    /// What could move the cursor or reorder the line is shown escaped, whoever it comes from.
    /// - Returns: the column behind it.
    @discardableResult
    mutating func put(
        _ text: String,
        row: Int,
        column: Int,
        role: Role = .plain,
        limit: Int = .max,
        isSelected: Bool = false
    ) -> Int {
        guard row >= 0, row < rows, column >= 0, column < columns else { return column }
        let end = min(columns, limit < columns ? column + limit : columns)
        var column = column
        let text = escapedForLog(unicode ? text : asciiSpelt(text))
        for scalar in text.unicodeScalars {
            var shown = scalar
            var width = displayWidth(of: scalar)
            if width == 0 { continue }
            if !unicode && !scalar.isASCII {
                shown = "?"
                width = 1
            }
            guard column + width <= end else { break }
            cells[row * columns + column] = Cell(scalar: shown, role: role, isSelected: isSelected)
            if width == 2 {
                cells[row * columns + column + 1] = Cell(scalar: "\0", role: role, isSelected: isSelected)
            }
            column += width
        }
        return column
    }

    /// Puts text so that it ends before a column.
    mutating func put(_ text: String, row: Int, endingAt end: Int, role: Role = .plain) {
        put(text, row: row, column: max(0, end - displayWidth(of: text)), role: role)
    }

    /// Marks a whole line as the chosen one.
    mutating func select(row: Int) {
        guard row >= 0, row < rows else { return }
        for column in 0..<columns { cells[row * columns + column].isSelected = true }
    }

    /// The lines as text, without the blanks at their ends: for goldens and for terminals that can't be drawn on.
    public var lines: [String] {
        (0..<rows).map { row in
            var scalars = String.UnicodeScalarView()
            for cell in cells[(row * columns)..<((row + 1) * columns)] where cell.scalar != "\0" {
                scalars.append(cell.scalar)
            }
            while scalars.last == " " { scalars.removeLast() }
            return String(scalars)
        }
    }
}

/// Text from anywhere as it may go into a line of output.
func oneLine(_ text: String, _ appearance: Appearance) -> String {
    let safe = escapedForLog(appearance.spelt(text))
    guard !appearance.unicode else { return safe }
    return String(safe.map { $0.isASCII ? $0 : "?" })
}
