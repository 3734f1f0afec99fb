/// The codes a column had last, the newest first. Values come again: 0, 100, a limit that is kept.
struct RecentCodes {
    /// How many there are beside the newest.
    static let count = 4

    private(set) var newest: UInt32 = 0
    private var second: UInt32 = 0
    private var third: UInt32 = 0
    private var fourth: UInt32 = 0
    private var fifth: UInt32 = 0

    /// The place of a code behind the newest, 1…``count``; 0 where it is none of them.
    @inline(__always) func place(of code: UInt32) -> Int {
        code == second ? 1 : code == third ? 2 : code == fourth ? 3 : code == fifth ? 4 : 0
    }

    @inline(__always) func code(at place: Int) -> UInt32 {
        switch place {
        case 1: second
        case 2: third
        case 3: fourth
        default: fifth
        }
    }

    /// - Parameter place: where the code was, 0 for one that was not among them.
    @inline(__always) mutating func add(_ code: UInt32, from place: Int) {
        if place == 0 || place > 3 { fifth = fourth }
        if place == 0 || place > 2 { fourth = third }
        if place != 1 { third = second }
        second = newest
        newest = code
    }
}
