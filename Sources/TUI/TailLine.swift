public import Diagnostics

/// One line of a log on its way to whoever reads.
public struct TailLine: Sendable {
    public let recognised: RecognisedLine
    /// When it was written, microseconds since 1970; of a line that doesn't say, that of the line before it.
    public let moment: Int64?
    /// The log it is from; `nil` where there is only one.
    public let source: String?
    /// Its bytes as they are in the log, without the line's end.
    public let raw: [UInt8]

    public init(_ recognised: RecognisedLine, moment: Int64?, source: String?, raw: [UInt8]) {
        self.recognised = recognised
        self.moment = moment
        self.source = source
        self.raw = raw
    }

    /// Who it is about, as far as it says: who was refused may have said no name, but always has an address.
    var subject: String { recognised.host ?? recognised.values["ip"] ?? recognised.line.address ?? "-" }
}

/// The form of what is printed.
public enum TailForm: String, Sendable, CaseIterable {
    /// For people: columns, colours, explanations, repetitions folded.
    case pretty
    /// The lines as they are in the log.
    case raw
    /// One object a line.
    case json
    /// `name=value` a line.
    case logfmt
}
