public import Basics
public import Config
import Store
import Transport
import Wire

/// How a host is streamed, and to whom (streaming protocol §15.3, `[stream]`).
public struct SenderSettings: Sendable {
    public var destinations: [Destination]
    private let stream: StreamSettings
    public var apiKey: GUID
    public var defaultPort: String
    /// For connecting, for the reply, and for sending anything at all.
    public var timeoutSeconds: Int64
    public var reconnectDelaySeconds: Int64
    public var bufferBytesMax: Int
    public var initialClockResyncIterations: Int
    public var compression: Bool
    /// Offers the parent to fill its gaps from here (streaming protocol §10).
    public var replication = true
    public var chartsMatching: SimplePattern
    /// What the child that is streamed on has agreed on; `nil` for the own host. Its lines go on as they came to a parent
    /// that has agreed on the same.
    var childCapabilities: Capabilities?
    /// Speaks to that child, where nothing of it is kept here and it can fill gaps itself.
    var toChild: (@Sendable ([UInt8]) -> Void)?

    /// The own host's.
    ///
    /// - Returns: `nil` where streaming is off or not fully configured.
    public init?(_ stream: StreamSettings) {
        self.init(stream.isActive, stream.destinations, stream.apiKey, stream.sendChartsMatching, stream)
    }

    /// A received host's (streaming protocol §13): what it has no words of its own for is `[stream]`'s.
    ///
    /// - Returns: `nil` where it is not streamed on.
    init?(_ proxy: ReceiverSettings.ProxySettings, _ stream: StreamSettings, child: Capabilities? = nil) {
        self.init(proxy.isActive, proxy.destinations, proxy.apiKey, proxy.sendChartsMatching, stream)
        childCapabilities = child
    }

    private init?(
        _ isActive: Bool,
        _ destinations: [Destination],
        _ key: GUID?,
        _ pattern: SimplePattern,
        _ stream: StreamSettings
    ) {
        guard isActive, !destinations.isEmpty, let key else { return nil }
        self.destinations = destinations
        self.stream = stream
        apiKey = key
        defaultPort = stream.defaultPort
        timeoutSeconds = Int64(max(1, stream.timeoutSeconds))
        reconnectDelaySeconds = Int64(max(1, stream.reconnectDelaySeconds))
        bufferBytesMax = max(65_536, stream.bufferSizeBytes)
        initialClockResyncIterations = stream.initialClockResyncIterations
        compression = stream.enableCompression
        chartsMatching = pattern
    }

    /// Whose certificates are believed, of destinations with `:SSL`: as the files are at this moment.
    var trust: TLSTrust { TLSTrust(stream) }

    /// Whether a name is worth a word that differs and is let pass.
    var warnsOfNames: Bool { stream.verifyHostname != .no }
}

extension StreamRequest {
    /// The request for a host of this node (streaming protocol §2).
    ///
    /// - Parameters:
    ///   - updateEvery: seconds; the sending node's default.
    ///   - version: a capability mask, or 4 without compression for good.
    init(_ host: HostIdentity, guid: GUID, key: GUID, updateEvery: Int, version: UInt32) {
        self.init()
        self.key = key.description
        hostname = host.hostname
        registryHostname = host.registryHostname
        machineGUID = guid.description
        self.updateEvery = updateEvery
        os = host.os
        timezone = host.timezone
        abbreviatedTimezone = host.abbreviatedTimezone
        utcOffset = host.utcOffset
        hops = host.hops + 1
        tags = host.tags
        self.version = version
        systemInformation = host.systemInformation.map { Parameter(name: $0.name, value: $0.value) }
        programName = host.programName
        programVersion = host.programVersion
    }
}
