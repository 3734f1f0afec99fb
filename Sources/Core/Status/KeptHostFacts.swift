/// What is remembered of a host's connections when the node starts again. Times are microseconds of the wall clock.
public struct KeptHostFacts: Sendable, Equatable {
    public var firstSeen: Int64
    public var lastData: Int64?
    public var connects = 0
    public var disconnects = 0
    public var lastDisconnect: StatusDocument.Disconnect?
    public var departure: HostFacts.Departure?
    public var gaps: [StatusDocument.Gap] = []
    public var gapsDropped = 0

    public init(
        firstSeen: Int64,
        lastData: Int64? = nil,
        connects: Int = 0,
        disconnects: Int = 0,
        lastDisconnect: StatusDocument.Disconnect? = nil,
        departure: HostFacts.Departure? = nil,
        gaps: [StatusDocument.Gap] = [],
        gapsDropped: Int = 0
    ) {
        self.firstSeen = firstSeen
        self.lastData = lastData
        self.connects = connects
        self.disconnects = disconnects
        self.lastDisconnect = lastDisconnect
        self.departure = departure
        self.gaps = gaps
        self.gapsDropped = gapsDropped
    }
}
