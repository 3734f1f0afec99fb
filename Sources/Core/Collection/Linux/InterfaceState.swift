import Basics

/// What /sys/class/net/IF says of an interface: each a small file. Those that the kernel can't tell at the moment, or
/// never for this kind, can't be read and are `nil`.
final class InterfaceState {
    /// In the order of the chart's dimensions.
    enum Duplex: Int, CaseIterable {
        case full
        case half
        case unknown
    }

    enum Operstate: Int, CaseIterable {
        case up
        case down
        case notpresent
        case lowerlayerdown
        case testing
        case dormant
        case unknown
    }

    private let speedFile: ProcFile?
    private let duplexFile: ProcFile?
    private let operstateFile: ProcFile
    private let carrierFile: ProcFile
    private let mtuFile: ProcFile
    /// The kernel asks the card for these two, which some cards take long to answer.
    private var cardDue = Every(seconds: 10)

    private(set) var kilobits: Int64?
    private(set) var duplex: Duplex?
    private(set) var operstate: Operstate?
    private(set) var hasCarrier: Bool?
    private(set) var mtu: Int64?

    init(name: String, isVirtual: Bool, options: CollectionOptions) {
        func file(_ last: String) -> ProcFile {
            options.file("/sys/class/net/\(name)/\(last)", isOnePiece: true)
        }
        // There is no cable to have a speed.
        speedFile = isVirtual ? nil : file("speed")
        duplexFile = isVirtual ? nil : file("duplex")
        operstateFile = file("operstate")
        carrierFile = file("carrier")
        mtuFile = file("mtu")
    }

    func read(_ tick: Tick) {
        let before = hasCarrier
        hasCarrier = carrierFile.readNumber(into: tick.buffer).map { $0 != 0 }
        mtu = mtuFile.readNumber(into: tick.buffer)
        operstate = operstateFile.read(into: tick.buffer).map { Self.operstate($0) }
        if cardDue.isDue(tick) || hasCarrier != before {
            // A card without a cable says -1.
            kilobits = speedFile?.readNumber(into: tick.buffer).map { max(0, $0) &* 1000 }
            duplex = duplexFile?.read(into: tick.buffer).map { Self.duplex($0) }
        }
    }

    static func operstate(_ bytes: UnsafeBufferPointer<UInt8>) -> Operstate {
        var cursor = ByteCursor(bytes)
        let word = cursor.word()
        if word == "up" { return .up }
        if word == "down" { return .down }
        if word == "notpresent" { return .notpresent }
        if word == "lowerlayerdown" { return .lowerlayerdown }
        if word == "testing" { return .testing }
        if word == "dormant" { return .dormant }
        return .unknown
    }

    static func duplex(_ bytes: UnsafeBufferPointer<UInt8>) -> Duplex {
        var cursor = ByteCursor(bytes)
        let word = cursor.word()
        if word == "full" { return .full }
        return word == "half" ? .half : .unknown
    }
}
