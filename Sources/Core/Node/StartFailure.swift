/// Why a node does not start: a sentence for the operator and the exit code that says the same.
public struct StartFailure: Error, Sendable, Equatable {
    public let sentence: String
    public let code: Int32
}
