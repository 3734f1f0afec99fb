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
    /// F1.
    case help
    /// F6.
    case sort
    case resize
    /// Control and a letter.
    case control(Unicode.Scalar)
    case other
}
