public import Basics

/// `[stream]`: what this node sends, and to whom (streaming protocol §11, §15.3).
public struct StreamSettings: Sendable {
    /// What was asked for; ``isActive`` is what happens.
    public var isEnabled: Bool
    /// The list as it was written, for logs.
    public var destinationText: String
    public var destinations: [Destination]
    /// `nil` where there is none or it is no GUID.
    public var apiKey: GUID?
    public var timeoutSeconds: Int
    public var defaultPort: String
    public var sendChartsMatching: SimplePattern
    public var bufferSizeBytes: Int
    public var reconnectDelaySeconds: Int
    public var initialClockResyncIterations: Int
    public var enableCompression: Bool
    public var skipsCertificateVerification: Bool
    public var certificateDirectory: String?
    public var certificateFile: String?
    /// Whether a parent's certificate must be for the name that is dialled; the original never looks.
    public var verifyHostname: TriState

    init(_ settings: Settings) {
        isEnabled = settings.boolean("stream", "enabled")
        defaultPort = settings.word("stream", "default port")
        destinationText = settings.text("stream", "destination")
        destinations = Destination.list(destinationText, defaultPort: defaultPort).destinations
        apiKey = GUID(settings.text("stream", "api key"))
        timeoutSeconds = settings.integer("stream", "timeout seconds")
        sendChartsMatching = SimplePattern(settings.text("stream", "send charts matching"))
        bufferSizeBytes = settings.integer("stream", "buffer size bytes")
        reconnectDelaySeconds = settings.integer("stream", "reconnect delay seconds")
        initialClockResyncIterations = settings.integer("stream", "initial clock resync iterations")
        enableCompression = settings.boolean("stream", "enable compression")
        skipsCertificateVerification = settings.boolean("stream", "ssl skip certificate verification")
        certificateDirectory = settings.value("stream", "CApath")?.value
        certificateFile = settings.value("stream", "CAfile")?.value
        verifyHostname = Values.health(settings.text("stream", "ssl verify hostname")) ?? .auto
    }

    /// Whether there is somebody to stream to: enabled, and nothing is missing.
    public var isActive: Bool { isEnabled && !destinations.isEmpty && apiKey != nil }
}
