/// What two peers agreed on (streaming protocol §5).
public struct Session: Sendable, Equatable {
    public let capabilities: Capabilities

    public init(capabilities: Capabilities) {
        self.capabilities = capabilities
    }
}

extension Session {
    /// The parent's side: what to answer to a child's `ver`, and what then holds.
    ///
    /// - Parameters:
    ///   - offered: the number the child sent; see ``StreamRequest/version`` for an absent one.
    ///   - own: what this parent is able to; without ``Capabilities/lz4`` where compression is off for this child.
    public static func accept(offered: UInt32, own: Capabilities) -> (reply: Reply, session: Session) {
        let agreed = Capabilities(number: offered).intersection(own)
        let reply: Reply =
            if agreed.contains(.mask) {
                .version(agreed.rawValue)
            } else {
                switch agreed.version {
                case .some(let version) where version >= 3: .version(UInt32(version))
                case .some(2): .hostLabels
                default: .first
                }
            }
        return (reply, Session(capabilities: agreed))
    }

    /// The child's side: what holds after a parent's reply; `nil` where it didn't accept.
    public static func accepted(by reply: Reply, own: Capabilities) -> Session? {
        let number: UInt32
        switch reply {
        case .first: number = 1
        case .hostLabels: number = 2
        case .version(let version): number = version
        default: return nil
        }
        return Session(capabilities: Capabilities(number: number).intersection(own))
    }
}
