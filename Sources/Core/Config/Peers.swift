import Basics

/// All sections of stream.conf that are named by a GUID.
public struct Peers: Sendable {
    private(set) var declarations: [GUID: PeerDeclaration] = [:]
    /// In the order in which they were declared.
    private(set) var order: [GUID] = []

    init() {}

    mutating func declare(_ declaration: PeerDeclaration) {
        if declarations[declaration.guid] == nil { order.append(declaration.guid) }
        declarations[declaration.guid] = declaration
    }
}
