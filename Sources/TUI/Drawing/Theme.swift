internal import CNcurses

/// How each role looks: by colour and by weight, so that nothing hangs on the colour alone.
public enum Theme: Sendable {
    case color
    case mono

    func style(_ cell: Cell) -> Int32 {
        var style = Int32(self == .color ? colored(cell.role) : mono(cell.role))
        if cell.isSelected { style |= Int32(ND_STYLE_REVERSE) }
        return style
    }

    private func colored(_ role: Role) -> Int {
        let red = 1
        let green = 2
        let yellow = 3
        let cyan = 6
        // Never bold and black: it cannot be seen on a black ground.
        return switch role {
        case .plain: 0
        case .title: Int(ND_STYLE_BOLD)
        case .heading: cyan
        case .good: green
        case .notice: yellow
        case .bad: red | Int(ND_STYLE_BOLD)
        case .quiet: Int(ND_STYLE_DIM)
        case .accent: cyan | Int(ND_STYLE_BOLD)
        case .alert: red | Int(ND_STYLE_REVERSE) | Int(ND_STYLE_BOLD)
        case .series0: green
        case .series1: yellow
        case .series2: 5
        case .series3: cyan
        case .series4: 4
        case .series5: red
        }
    }

    private func mono(_ role: Role) -> Int {
        switch role {
        case .plain, .good, .quiet, .series0, .series1, .series2, .series3, .series4, .series5: 0
        case .title, .notice, .bad, .accent: Int(ND_STYLE_BOLD)
        case .heading: Int(ND_STYLE_UNDERLINE)
        case .alert: Int(ND_STYLE_REVERSE)
        }
    }
}
