/// What a block's decisions have taught so far. All columns of a block share it: the dimensions of a chart are alike.
struct BlockModels {
    /// Where each kind of decision has its models.
    private enum Place {
        static let gap = 0
        static let reset = gap + 4
        static let same = reset + 2
        static let recent = same + 16
        static let which = recent + 4
        static let offGrid = which + 4
        static let raw = offGrid + 4
        static let scaleChanged = raw + 1
        static let scale = scaleChanged + 1
        static let length = scale + 32
        static let sign = length + 3 * 64
        static let top = sign + 4
        static let count = top + 3 * 512
    }

    static let count = Place.count

    private let models: UnsafeMutablePointer<BitModel>

    /// - Parameter models: room for ``count`` of them; they begin to learn.
    init(_ models: UnsafeMutablePointer<BitModel>) {
        self.models = models
        models.update(repeating: .even, count: Place.count)
        models.update(repeating: .rarely, count: Place.same)
        (models + Place.offGrid).update(repeating: .rarely, count: 4)
        models[Place.raw] = .rarely
    }

    /// Whether there is a point, by whether the one before was missing and by the column before in this row.
    @inline(__always) func gap(_ context: Int) -> UnsafeMutablePointer<BitModel> { models + Place.gap + context }
    /// Whether a point carries the RESET mark, by the column before.
    @inline(__always) func reset(_ context: Int) -> UnsafeMutablePointer<BitModel> { models + Place.reset + context }
    /// Whether a value is the one before, by the last two answers, the column before, and whether it was 0.
    @inline(__always) func same(_ context: Int) -> UnsafeMutablePointer<BitModel> { models + Place.same + context }
    /// Whether it is one of the last few, by the last two answers.
    @inline(__always) func recent(_ context: Int) -> UnsafeMutablePointer<BitModel> { models + Place.recent + context }
    /// Which of them.
    @inline(__always) func which(_ place: Int) -> UnsafeMutablePointer<BitModel> { models + Place.which + place }
    /// Whether it lies off the column's grid, by the answer before and by the column before.
    @inline(__always) func offGrid(_ context: Int) -> UnsafeMutablePointer<BitModel> {
        models + Place.offGrid + context
    }
    /// Whether it is no storage number at all.
    @inline(__always) var raw: UnsafeMutablePointer<BitModel> { models + Place.raw }
    @inline(__always) var scaleChanged: UnsafeMutablePointer<BitModel> { models + Place.scaleChanged }
    /// A tree of five bits.
    @inline(__always) func scale(_ node: Int) -> UnsafeMutablePointer<BitModel> { models + Place.scale + node }
    /// A tree of six bits for how many bits a number has, one for each kind of number.
    @inline(__always) func length(_ kind: Int, _ node: Int) -> UnsafeMutablePointer<BitModel> {
        models + (Place.length &+ kind &* 64 &+ node)
    }
    @inline(__always) func sign(_ kind: Int) -> UnsafeMutablePointer<BitModel> { models + Place.sign + kind }
    /// A number's second to fourth bit, by its length.
    @inline(__always) func top(_ kind: Int, _ length: Int, _ node: Int) -> UnsafeMutablePointer<BitModel> {
        let first = Place.top &+ kind &* 512
        return models + (first &+ length &* 8 &+ node)
    }
}
