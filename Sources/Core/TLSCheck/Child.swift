public import Config
public import Transport

/// A child that wants to stream: one destination of its, whom it believes, and which lines say so.
public struct Child: Sendable {
    /// Something that decides, and where it stands.
    public struct Source: Sendable, Equatable {
        /// `[stream] CAfile = /etc/ssl/parent.pem`.
        public var setting: String
        /// `stream.conf:7`, `option --cafile`.
        public var place: String

        public init(_ setting: String, _ place: String) {
            self.setting = setting
            self.place = place
        }
    }

    public var destination: Destination
    /// `CAfile`.
    public var file: String?
    /// `CApath`.
    public var directory: String?
    /// `ssl skip certificate verification`.
    public var isSkipping: Bool
    /// `ssl verify hostname`.
    public var nameCheck: TriState
    /// The name that the certificate has to be for, where it is not the destination's.
    public var expectedName: String?
    public var sources: [Source]
    /// Whether nobody has said what the child is like: one that believes what the system does.
    public var isSupposed = false

    public init(
        _ destination: Destination,
        file: String? = nil,
        directory: String? = nil,
        isSkipping: Bool = false,
        nameCheck: TriState = .auto,
        expectedName: String? = nil,
        sources: [Source] = []
    ) {
        self.destination = destination
        self.file = file
        self.directory = directory
        self.isSkipping = isSkipping
        self.nameCheck = nameCheck
        self.expectedName = expectedName
        self.sources = sources
    }

    /// What is compared with the certificate's names.
    public var name: String { expectedName ?? destination.host }

    /// Whether a name that differs ends the connection: the original never looks at names.
    public var isNameNeeded: Bool {
        switch nameCheck {
        case .yes: true
        case .no: false
        case .auto: TLSTrust(file: file, directory: directory).usesSystemStore
        }
    }

    /// What it believes where it verifies.
    public var trust: TLSTrust {
        TLSTrust(file: file, directory: directory, verification: isNameNeeded ? .all : .chainOnly)
    }

    /// The same with everything only noted.
    public var credulous: TLSTrust { TLSTrust(file: file, directory: directory, verification: .none) }
}
