import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport

/// A GUID that nothing else here has.
let other = "22222222-2222-3333-4444-555555555555"
let denied = "You are not permitted to access this. Check the logs for more info."

/// What becomes of one request.
func refuse(
    _ request: String,
    stream: String = openStream,
    netdata: String = ramDatabase,
    rights: Rights = .all,
    _ prepare: (ParentBench) throws -> Void = { _ in }
) throws -> Refused {
    let bench = ParentBench(configuration(stream: stream, netdata: netdata))
    try prepare(bench)
    bench.reports.forget()
    let before = bench.journal.lines.count
    let child = try bench.connect(port: 51234, rights: rights)
    child.send(request)
    let pieces = child.answerPieces()
    guard case .refused(let status, _) = bench.verdict else {
        Issue.record("it was let in")
        return Refused(pieces: pieces, lines: bench.reports.lines, access: [], status: 0, shown: nil, isOpen: true)
    }
    return Refused(
        pieces: pieces,
        lines: bench.reports.lines,
        access: Array(bench.journal.lines.dropFirst(before)),
        status: status,
        shown: bench.journal.refusals.last,
        isOpen: child.isOpen
    )
}

struct Refused {
    var pieces: [String]
    var lines: [String]
    var access: [String]
    var status: Int
    var shown: StatusDocument.Refusal?
    var isOpen: Bool
}

func expect(
    _ refused: Refused,
    _ text: String,
    level: String = "ERROR",
    access message: String?,
    status: Int = 401,
    reply: String? = nil,
    host: String = "web01",
    key: String = goodKey,
    guid: String = machineGUID,
    beside: [String] = [],
    _ location: SourceLocation = #_sourceLocation
) {
    let wants = "INFO : WEB_SERVER[static1] : clients wants to STREAM metrics."
    #expect(
        refused.lines == [wants, "\(level) : WEB_SERVER[static1] : \(text)"] + beside,
        sourceLocation: location
    )
    let access = message.map {
        "STREAM: 1 '[10.0.0.4]:51234' '\($0)' host '\(host)' api key '\(key)' machine guid '\(guid)'"
    }
    #expect(refused.access.map { $0.replacingTask } == [access].compactMap { $0 }, sourceLocation: location)
    #expect(refused.status == status, sourceLocation: location)
    #expect(refused.pieces == [reply ?? denied], sourceLocation: location)
    #expect(!refused.isOpen, sourceLocation: location)
}

extension String {
    /// A line of access.log with the number of its client made 1.
    fileprivate var replacingTask: String {
        let words = split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, Int(words[1]) != nil else { return self }
        return "\(words[0]) 1 \(words[2])"
    }
}
