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
@testable import Wire

/// The parent's checks, one by one and in their order (streaming protocol §3).
@Suite struct RefusalTests {
    private let from = "STREAM [receive from [10.0.0.4]:51234]: "

    @Test func row01NoKey() throws {
        for request in [request(key: nil), request(key: "")] {
            let refused = try refuse(request)
            expect(
                refused,
                from + "request without an API key. Forbidding access.",
                access: "ACCESS DENIED - NO KEY",
                key: "-"
            )
            #expect(refused.shown?.code == "ND-F1")
            #expect(refused.shown?.key == nil)
            #expect(refused.shown?.decidedBy == nil)
            #expect(refused.shown?.fix.last == "    api key = A-KEY-THE-PARENT-HAS")
        }
    }

    @Test func row02NoHostname() throws {
        let refused = try refuse(request(hostname: ""))
        let message = "ACCESS DENIED - NO HOSTNAME"
        expect(refused, from + "request without a hostname. Forbidding access.", access: message, host: "-")
        #expect(refused.shown?.code == "ND-F2")
        #expect(refused.shown?.fix.last == "    hostname = ITS-NAME")
    }

    @Test func row03NoMachineGUID() throws {
        let refused = try refuse(request(guid: nil))
        let message = "ACCESS DENIED - NO MACHINE GUID"
        expect(refused, from + "request without a machine GUID. Forbidding access.", access: message, guid: "-")
        #expect(refused.shown?.code == "ND-F3")
    }

    @Test func row04KeyIsNoGUID() throws {
        let refused = try refuse(request(key: "secret-word"))
        expect(
            refused,
            from
                + "API key 'secret-word' is not valid GUID (use the command uuidgen to generate one). Forbidding access.",
            access: "ACCESS DENIED - INVALID KEY",
            key: "secret-word"
        )
        #expect(refused.shown?.code == "ND-F4")
        #expect(refused.shown?.key == "…word")
        #expect(refused.shown?.text.contains("secret") == false)
    }

    @Test func row05MachineGUIDIsNone() throws {
        let refused = try refuse(request(guid: "web01"))
        expect(
            refused,
            from + "machine GUID 'web01' is not GUID. Forbidding access.",
            access: "ACCESS DENIED - INVALID MACHINE GUID",
            guid: "web01"
        )
        #expect(refused.shown?.guid == "web01")
    }

    /// CVE-2023-22497: a machine's section is no API key.
    @Test func row06KeyIsAMachine() throws {
        let machine = "[\(other)]\n type = machine\n enabled = yes\n"
        let refused = try refuse(request(key: other), stream: machine)
        expect(
            refused,
            from + "API key '\(other)' is a machine GUID. Forbidding access.",
            access: "ACCESS DENIED - API KEY GIVEN IS NOT API KEY",
            key: other
        )
        #expect(refused.shown?.code == "ND-F6")
        #expect(refused.shown?.decidedBy == "stream.conf:2")
        // Also where only its options tell what it is.
        let silent = try refuse(request(key: other), stream: "[\(other)]\n enabled = yes\n history = 5\n")
        #expect(silent.shown?.code == "ND-F6")
        #expect(silent.shown?.decidedBy == "stream.conf:1")
    }

    /// Nothing but the GUID says what the section is: a known machine's is no key.
    @Test func row06KeyIsAKnownMachine() throws {
        let stream = openStream + "\n[\(machineGUID)]\n enabled = yes\n"
        let second = request(key: machineGUID, guid: other)
        let refused = try refuse(second, stream: stream) { _ = try $0.accepted() }
        #expect(refused.shown?.code == "ND-F6")
    }

    @Test func row07KeyUnknown() throws {
        let mistyped = "11111111-2222-3333-4444-555555555556"
        let refused = try refuse(request(key: mistyped))
        expect(
            refused,
            from + "API key '\(mistyped)' is not allowed. Forbidding access.",
            access: "ACCESS DENIED - KEY NOT ENABLED",
            key: mistyped,
            beside: [
                "INFO : WEB_SERVER[static1] : STREAM web01 [receive from [10.0.0.4]:51234]: API key '\(mistyped)' is not known "
                    + "here, but nearly that of stream.conf:1 (1 character differs)."
            ]
        )
        let shown = try #require(refused.shown)
        #expect(shown.decidedBy == nil)
        #expect(shown.nearestKey == "…5555 stream.conf:1 (1 character differs)")
        #expect(shown.key == "…5556")
        // The document shows no key in full, in no field.
        #expect(([shown.text] + shown.fix).allSatisfy { !$0.contains("11111111") })
        #expect(shown.fix.contains("[…5556]"))
        #expect(shown.fix[0].contains("'web01'") && shown.fix[0].contains("stream.conf:1"))
    }

    @Test func row07KeyNotEnabled() throws {
        let refused = try refuse(request(), stream: "[\(goodKey)]\n default history = 5\n enabled = no\n")
        let text = from + "API key '\(goodKey)' is not allowed. Forbidding access."
        expect(refused, text, access: "ACCESS DENIED - KEY NOT ENABLED")
        #expect(refused.shown?.decidedBy == "stream.conf:3")
        // A key that doesn't say is not enabled: its section decides.
        let silent = try refuse(request(), stream: "[\(goodKey)]\n default history = 5\n")
        expect(silent, text, access: "ACCESS DENIED - KEY NOT ENABLED")
        #expect(silent.shown?.decidedBy == "stream.conf:1")
    }

    @Test func row08KeyFromElsewhere() throws {
        let refused = try refuse(request(), stream: "[\(goodKey)]\n enabled = yes\n allow from = 10.1.* !*\n")
        expect(
            refused,
            from + "API key '\(goodKey)' is not permitted from this IP. Forbidding access.",
            access: "ACCESS DENIED - KEY NOT ALLOWED FROM THIS IP"
        )
        #expect(refused.shown?.decidedBy == "stream.conf:3")
        #expect(refused.shown?.address == "10.0.0.4")
        #expect(refused.shown?.fix.last == "    allow from = 10.0.0.4 …what is there now…")
    }

    @Test func row09MachineIsAKey() throws {
        let stream = openStream + "\n[\(other)]\n type = api\n"
        let refused = try refuse(request(guid: other), stream: stream)
        expect(
            refused,
            from + "machine GUID '\(other)' is a api GUID. Forbidding access.",
            access: "ACCESS DENIED - MACHINE GUID GIVEN IS NOT A MACHINE GUID",
            guid: other
        )
        #expect(refused.shown?.decidedBy == "stream.conf:6")
    }

    /// The key's section does not say what it is; its use does. Let in, the child would lock out all others of the key.
    @Test func row09MachineIsItsOwnKey() throws {
        let refused = try refuse(request(guid: goodKey))
        expect(
            refused,
            from + "machine GUID '\(goodKey)' is a api GUID. Forbidding access.",
            access: "ACCESS DENIED - MACHINE GUID GIVEN IS NOT A MACHINE GUID",
            guid: goodKey
        )
        #expect(refused.shown?.decidedBy == "stream.conf:1")
    }

    @Test func row10MachineNotEnabled() throws {
        let stream = openStream + "\n[\(machineGUID)]\n type = machine\n enabled = no\n"
        let refused = try refuse(request(), stream: stream)
        expect(
            refused,
            from + "machine GUID '\(machineGUID)' is not allowed. Forbidding access.",
            access: "ACCESS DENIED - MACHINE GUID NOT ENABLED"
        )
        #expect(refused.shown?.decidedBy == "stream.conf:7")
        #expect(refused.shown?.fix == ["on the parent, in stream.conf:", "[\(machineGUID)]", "    enabled = yes"])
    }

    @Test func row11MachineFromElsewhere() throws {
        let stream = openStream + "\n[\(machineGUID)]\n type = machine\n allow from = localhost\n"
        let refused = try refuse(request(), stream: stream)
        expect(
            refused,
            from + "Machine GUID '\(machineGUID)' is not permitted from this IP. Forbidding access.",
            access: "ACCESS DENIED - MACHINE GUID NOT ALLOWED FROM THIS IP"
        )
        #expect(refused.shown?.decidedBy == "stream.conf:7")
    }

    /// 127.0.0.1 and ::1 are called `localhost`, and nothing else (streaming protocol §1).
    @Test(arguments: [("localhost", true), ("127.0.0.1", false), ("!localhost *", false), ("", true)])
    func loopbackHasOneName(list: String, isAllowed: Bool) throws {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let bench = ParentBench(configuration(stream: "[\(goodKey)]\n enabled = yes\n allow from = \(list)\n"))
            let child = try bench.connect(from: address)
            child.send(request())
            #expect((bench.verdict == .accepted) == isAllowed, "\(address) by '\(list)'")
        }
    }
}
