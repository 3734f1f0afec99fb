public import Config

/// What the command line says of a node.
public struct NodeOptions: Sendable {
    public var role: Role
    public var overrides = Overrides()
    /// Takes the GUID of an existing Netdata over (`--adopt-guid`).
    public var adoptsGUID = false
    /// Of ndstream.
    public var version: String

    public init(role: Role, version: String) {
        self.role = role
        self.version = version
    }
}
