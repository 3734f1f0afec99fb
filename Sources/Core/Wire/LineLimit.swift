/// How long a line may be, its newline included (streaming protocol §7).
///
/// The original's generations differ in what they bear and in what they do beyond it: 1.33–1.36 lose the parse, 1.37
/// cuts the line and takes the rest for a new one, 2.11 disconnects. ``LineParser`` always stops there: a cut line's
/// rest is never a command worth having, and a limit that can be passed is none.
public enum LineLimit {
    /// What parents up to 1.36 bear: lines towards them must be shorter.
    public static let oldParent = 1024
    /// What 1.37 bears, in both directions.
    public static let parent137 = 15_360
    /// What 2.11 bears.
    public static let parent211 = 15_487
    /// What is taken from children and plugins unless said otherwise: all of the above, and a little less than one
    /// read of 64 KiB.
    public static let accepted = 65_535
}
