internal import CNcurses
import Glibc

/// The terminal while a screen is shown on it: one at a time, from one thread.
public struct Terminal: ~Copyable {
    private let theme: Theme

    /// Takes the locale of the environment, which decides what can be shown.
    /// - Returns: whether it is UTF-8.
    public static func takeLocale() -> Bool {
        nd_locale_start()
    }

    /// Takes the terminal over. It is given back on every way out of the process: return, signal, crash.
    ///
    /// `nil` where the kind of terminal is unknown or it can't move its cursor.
    /// - Parameter mouse: whether clicks and the wheel are taken, too; then the terminal's own selection needs Shift.
    public init?(color: Bool, mouse: Bool = false) {
        guard nd_screen_start(color, mouse) else { return nil }
        theme = color ? .color : .mono
    }

    deinit { nd_screen_stop() }

    public var size: (rows: Int, columns: Int) {
        var rows: Int32 = 0
        var columns: Int32 = 0
        nd_screen_size(&rows, &columns)
        return (Int(rows), Int(columns))
    }

    /// Shows a picture; only what differs from the one before is sent.
    public func show(_ grid: borrowing Grid) {
        nd_screen_erase()
        for row in 0..<grid.rows {
            var column = 0
            while column < grid.columns {
                let start = column
                let style = theme.style(grid.cells[row * grid.columns + start])
                var text: [UInt8] = []
                while column < grid.columns {
                    let cell = grid.cells[row * grid.columns + column]
                    guard theme.style(cell) == style else { break }
                    if cell.scalar != "\0" { text += UTF8.encode(cell.scalar)! }
                    column += 1
                }
                nd_screen_put(Int32(row), Int32(start), text, Int32(text.count), style)
            }
        }
        let cursor = grid.cursor
        nd_screen_cursor(Int32(cursor?.row ?? -1), Int32(cursor?.column ?? 0))
        nd_screen_flush()
    }

    /// Gives text to the clipboard of whoever sits at the terminal (OSC 52), through any number of ssh connections. Not every
    /// terminal takes it, and none says whether it did.
    public func copy(_ text: String) {
        var bytes = Array("\u{1b}]52;c;".utf8)
        bytes += base64(Array(text.utf8))
        bytes.append(7)
        nd_screen_send(bytes, Int32(bytes.count))
    }

    /// Draws everything anew the next time: another program has written over the picture.
    public func forget() {
        nd_screen_forget()
    }

    /// Waits for a key, for `wakeup` to become readable, for a signal that ends the program, or for the time to pass.
    /// - Returns: false when the terminal has gone away, which not every process is told by a signal.
    public func wait(alsoFor wakeup: Int32, milliseconds: Int) -> Bool {
        var watched = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: nd_screen_signal_pipe(), events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&watched, nfds_t(watched.count), Int32(clamping: milliseconds)) > 0 else { return true }
        return Int32(watched[0].revents) & (POLLHUP | POLLERR | POLLNVAL) == 0
    }

    /// The signal that asks for the end: INT, TERM, HUP or QUIT.
    public var endSignal: Int32? {
        let signal = nd_screen_signal()
        return signal == 0 ? nil : signal
    }

    /// The next key that was pressed; `nil` when there is none left.
    public func key() -> Key? {
        let code = nd_screen_key()
        switch Int(code) {
        case Int(ND_KEY_NONE): return nil
        case Int(ND_KEY_UP): return .up
        case Int(ND_KEY_DOWN): return .down
        case Int(ND_KEY_LEFT): return .left
        case Int(ND_KEY_RIGHT): return .right
        case Int(ND_KEY_PAGE_UP): return .pageUp
        case Int(ND_KEY_PAGE_DOWN): return .pageDown
        case Int(ND_KEY_HOME): return .home
        case Int(ND_KEY_END): return .end
        case Int(ND_KEY_BACKSPACE): return .backspace
        case Int(ND_KEY_ENTER): return .enter
        case Int(ND_KEY_RESIZE): return .resize
        case Int(ND_KEY_HELP): return .help
        case Int(ND_KEY_SORT): return .sort
        case Int(ND_KEY_BACK_TAB): return .backTab
        case Int(ND_KEY_DELETE): return .delete
        case Int(ND_KEY_WHEEL_UP): return .wheelUp
        case Int(ND_KEY_WHEEL_DOWN): return .wheelDown
        case Int(ND_KEY_CLICK):
            var row: Int32 = 0
            var column: Int32 = 0
            nd_screen_click(&row, &column)
            return .click(row: Int(row), column: Int(column))
        case Int(ND_KEY_OTHER): return .other
        case 0x1b: return .escape
        case 9: return .tab
        case 1..<0x20: return .control(Unicode.Scalar(UInt8(code) + 0x60))
        default: return Unicode.Scalar(UInt32(bitPattern: code)).map { .character($0) } ?? .other
        }
    }
}

private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0..<4 {
            text.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
        }
    }
    return text
}
