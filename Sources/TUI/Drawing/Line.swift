/// A line of several roles, for pages that are read rather than compared.
struct Line: Sendable, Equatable {
    var segments: [Segment] = []

    struct Segment: Sendable, Equatable {
        var text: String
        var role: Role
    }

    init(_ text: String = "", _ role: Role = .plain) {
        if !text.isEmpty { segments = [Segment(text: text, role: role)] }
    }

    func with(_ text: String, _ role: Role = .plain) -> Line {
        var line = self
        line.segments.append(Segment(text: text, role: role))
        return line
    }

    /// A row of a picture.
    init(_ grid: Grid, row: Int) {
        for cell in grid.cells[(row * grid.columns)..<((row + 1) * grid.columns)] where cell.scalar != "\0" {
            if segments.last?.role != cell.role { segments.append(Segment(text: "", role: cell.role)) }
            segments[segments.count - 1].text.unicodeScalars.append(cell.scalar)
        }
    }

    var text: String { segments.map(\.text).joined() }
}

extension Grid {
    mutating func put(_ line: Line, row: Int, column: Int = 0, limit: Int = .max) {
        let end = limit < columns ? column + limit : columns
        var column = column
        for segment in line.segments {
            guard column < end else { return }
            column = put(segment.text, row: row, column: column, role: segment.role, limit: end - column)
        }
    }
}

/// Text broken at blanks into lines of at most `width` columns; a longer word is cut into pieces.
func wrapped(_ text: String, width: Int) -> [String] {
    guard width > 0 else { return [] }
    var lines: [String] = []
    var current = ""
    for word in text.split(separator: " ") {
        var word = String(word)
        while displayWidth(of: word) > width {
            if !current.isEmpty { lines.append(current) }
            current = ""
            let piece = cut(word, width)
            guard !piece.isEmpty else { break }
            lines.append(piece)
            word = String(word.unicodeScalars.dropFirst(piece.unicodeScalars.count))
        }
        if current.isEmpty {
            current = word
        } else if displayWidth(of: current) + 1 + displayWidth(of: word) <= width {
            current += " " + word
        } else {
            lines.append(current)
            current = word
        }
    }
    if !current.isEmpty { lines.append(current) }
    return lines
}
