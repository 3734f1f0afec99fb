/// What a person pressed.
public enum Key: Sendable, Equatable {
    case character(Unicode.Scalar)
    case up
    case down
    case left
    case right
    case pageUp
    case pageDown
    case home
    case end
    case backspace
    case enter
    case escape
    case tab
    case backTab
    case delete
    /// F1.
    case help
    /// F6.
    case sort
    case resize
    /// A click, or a turn of the wheel, on a place of the screen.
    case click(row: Int, column: Int)
    case wheelUp
    case wheelDown
    /// Control and a letter.
    case control(Unicode.Scalar)
    case other
}
