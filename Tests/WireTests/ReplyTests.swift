import Diagnostics
import Testing

@testable import Wire

/// What parents answer, and what a child makes of it (streaming protocol §4).
@Suite struct ReplyTests {
    @Test func theTextsAreExact() {
        let texts: [(Reply, String)] = [
            (.first, "Hit me baby, push them over..."),
            (.hostLabels, "Hit me baby, push them over and bring the host labels..."),
            (.version(5), "Hit me baby, push them over with the version=5"),
            (.version(10_176), "Hit me baby, push them over with the version=10176"),
            (.denied, "You are not permitted to access this. Check the logs for more info."),
            (.busy, "The server is too busy now to accept this request. Try later."),
            (.already, "This GUID is already streaming to this server"),
            (.localhost, "Don't hit me baby, you are trying to stream my localhost back"),
            (.virtualNode, "Don't hit me baby, you are trying to stream my vnode back"),
            (.noAccess, "You are not allowed to access this resource."),
            (.internalError, "The server encountered an internal error. Try later."),
            (.initializing, "The server is initializing. Try later."),
        ]
        for (reply, text) in texts {
            #expect(reply.text == text)
            #expect(Reply.parse(Array(text.utf8)) == reply)
            // Not a byte more or less.
            #expect(!Reply.parse(Array((text + "\n").utf8)).isAcceptance)
            if case .version = reply { continue }
            #expect(Reply.parse(Array(text.utf8.dropLast())) == .notUnderstood(.other))
        }
        #expect(Reply.nothing.text == nil && Reply.notUnderstood(.other).text == nil)
    }

    @Test func versionsHaveLimits() {
        let prefix = "Hit me baby, push them over with the version="
        #expect(Reply.parse(Array(prefix.utf8)) == .notUnderstood(.other))
        #expect(Reply.parse(Array((prefix + "4294967295").utf8)) == .version(.max))
        #expect(Reply.parse(Array((prefix + "4294967296").utf8)) == .notUnderstood(.other))
        #expect(Reply.parse(Array((prefix + "-1").utf8)) == .notUnderstood(.other))
        #expect(Reply.parse(Array((prefix + "5 ").utf8)) == .notUnderstood(.other))
        #expect(Reply.parse(Array((prefix + String(repeating: "0", count: 28) + "5").utf8)) == .version(5))
        #expect(Reply.parse(Array((prefix + String(repeating: "0", count: 29) + "5").utf8)) == .notUnderstood(.other))
        // A 1.33 child would take this for a version.
        #expect(Reply.parse(Array("key=5".utf8)) == .notUnderstood(.other))
    }

    /// Every refusal of 1.33, 1.37 and 2.11.
    @Test func recordedRefusals() throws {
        let expected: [String: Reply] = [
            "acl-port-not-streaming": .noAccess, "allow-streaming-from-denied": .noAccess,
            "allow-connections-from-denied": .nothing, "already-streaming": .already, "busy-second": .busy,
            "busy-first": .busy, "localhost": .localhost,
        ]
        let names = try Captures.names(in: "refusals", suffix: ".parent-to-child.bin")
        #expect(names.count > 50)
        for name in names where !name.contains("acl-get") {
            let (parent, kind) = (name.prefix(9), String(name.dropFirst(10)))
            let reply = Reply.parse(try Captures.bytes("refusals/\(name).parent-to-child.bin"))
            switch (parent, kind) {
            case (_, "tls-force-plaintext-child"):
                guard case .notUnderstood(.http(status: 400, server: let server)) = reply else {
                    Issue.record("\(name): \(reply)")
                    continue
                }
                #expect(server?.hasPrefix("Netdata Embedded HTTP Server") == true, "\(name)")
            case (_, "tls-optional-plaintext-child"), ("parent133", "key-is-machine"), ("parent133", "guid-is-api"):
                #expect(reply == .version(5) || reply == .nothing, "\(name)")
            case ("parent133", _):
                #expect(reply == .nothing, "\(name)")
            default:
                #expect(reply == expected[kind] ?? .denied, "\(name)")
            }
        }
    }

    /// The replies that real children were tested with: what ours makes of them.
    @Test func recordedRepliesToChildren() throws {
        let expected: [String: Reply] = [
            "busy": .busy, "denied": .denied, "dup": .already, "localhost": .localhost, "internal": .internalError,
            "init": .initializing, "empty": .nothing, "hang": .nothing,
            "http400": .notUnderstood(.http(status: 400, server: nil)), "v1": .first, "v2": .hostLabels,
            "v2n": .version(2), "v3": .version(3), "v4": .version(4), "v5": .version(5), "vcaps": .version(15_296),
        ]
        for name in try Captures.names(in: "child-vs-reply", suffix: ".parent-to-child.bin") {
            guard let kind = name.split(separator: "-").last.map(String.init), kind != "preflight" else { continue }
            let bytes = try Captures.bytes("child-vs-reply/\(name).parent-to-child.bin")
            // The commands that followed four seconds later.
            let end = bytes.firstRange(of: Array("FUNCTION tx-1".utf8))?.lowerBound ?? bytes.count
            #expect(Reply.parse(Array(bytes[..<end])) == expected[kind], "\(name)")
        }
    }

    @Test func strangersAreToldApart() {
        #expect(Reply.parse([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a]) == .notUnderstood(.tls))
        #expect(Reply.parse([0x16, 0x03, 0x03]) == .notUnderstood(.tls))
        #expect(Reply.parse([0x15]) == .notUnderstood(.other))
        #expect(Reply.parse(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)) == .notUnderstood(.ssh))
        #expect(
            Reply.parse(Array("HTTP/1.1 502 Bad Gateway\r\nserver:  nginx \r\n\r\nServer: no".utf8))
                == .notUnderstood(.http(status: 502, server: "nginx"))
        )
        #expect(
            Reply.parse(Array("HTTP/1.1 200\n\nServer: body".utf8)) == .notUnderstood(.http(status: 200, server: nil))
        )
        #expect(Reply.parse(Array("HTTP/".utf8)) == .notUnderstood(.http(status: nil, server: nil)))
        #expect(Reply.parse([0]) == .notUnderstood(.other))
        #expect(Reply.parse([]) == .nothing)
    }

    /// How long each failure keeps a destination out, and its number in the log.
    @Test func delaysAndCodes() {
        let delays: [ConnectFailure: Int] = [
            .localhost: 3600, .virtualNode: 3600, .already: 120, .denied: 60, .busy: 120, .internalError: 300,
            .initializing: 30, .notUnderstood: 60, .noReply: 30, .requestNotSent: 60, .notEncrypted: 300,
            .certificateNotValid: 300,
        ]
        for failure in ConnectFailure.allCases {
            #expect(failure.longestDelay == delays[failure])
            // Those of TLS have a line of their own, without the words.
            if [.notEncrypted, .certificateNotValid].contains(failure) { continue }
            let texts = [failure.condition.text] + failure.condition.recognised
            #expect(texts.contains { $0.contains(failure.words + ".") })
        }
        #expect(Set(ConnectFailure.allCases.map(\.code)).count == ConnectFailure.allCases.count)
        #expect(
            [
                .localhost, .already, .denied, .notUnderstood, .requestNotSent, .noReply, .certificateNotValid,
                .notEncrypted,
            ].map(\ConnectFailure.code) == [-2, -3, -4, -1, -5, -6, -7, -8]
        )
    }

    @Test func everyReplyLeadsSomewhere() {
        #expect(
            ConnectFailure(.first) == nil && ConnectFailure(.hostLabels) == nil && ConnectFailure(.version(5)) == nil
        )
        #expect(ConnectFailure(.noAccess) == .notUnderstood)
        #expect(ConnectFailure(.notUnderstood(.ssh)) == .notUnderstood)
        #expect(ConnectFailure(.nothing) == .noReply)
        #expect(ConnectFailure(.denied) == .denied && ConnectFailure(.busy) == .busy)
        #expect(ConnectFailure(.already) == .already && ConnectFailure(.localhost) == .localhost)
        #expect(ConnectFailure(.virtualNode) == .virtualNode && ConnectFailure(.initializing) == .initializing)
        #expect(ConnectFailure(.internalError) == .internalError)
    }
}
