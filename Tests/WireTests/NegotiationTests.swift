import Testing

@testable import Wire

/// Versions and capability masks (streaming protocol §5).
@Suite struct NegotiationTests {
    @Test func ourMasks() {
        #expect(Capabilities.own().rawValue == 10_232)
        #expect(Capabilities.own(compression: false).rawValue == 9208)
        #expect(Capabilities.own(replication: true).rawValue == 14_328)
        #expect(Capabilities.own(compression: false, replication: true).rawValue == 13_304)
        #expect(Session.accept(offered: .max, own: .own()).reply == .version(10_176))
        #expect(Session.accept(offered: .max, own: .own(replication: true)).reply == .version(14_272))
    }

    @Test func theNamesAreInTheLogsOrder() {
        #expect(
            Capabilities(rawValue: 16_320).logNames
                == "VCAPS HLABELS CLAIM CLABELS COMPRESSION FUNCTIONS REPLICATION BINARY "
        )
        #expect(Capabilities(rawValue: 10_176).logNames == "VCAPS HLABELS CLAIM CLABELS COMPRESSION BINARY ")
        #expect(Capabilities(rawValue: 0x1fff_fff8).logNames.split(separator: " ").count == 25)
        #expect(Capabilities(rawValue: 1 << 28).logNames == "FUNCDEL ")
        #expect(Capabilities(rawValue: 1 << 18).logNames == "SLOTS ")
    }

    /// The handshakes of real parents. What they say to a version is what we say; from masks ours is taken.
    @Test(arguments: ["parent137", "parent211"])
    func recordedHandshakes(parent: String) throws {
        let names = try Captures.names(in: "versions", suffix: ".child-to-parent.bin").filter { $0.hasPrefix(parent) }
        #expect(names.count == 12)
        for name in names {
            let request = try StreamRequest(head: Captures.bytes("versions/\(name).child-to-parent.bin"))
            let recorded = try Captures.bytes("versions/\(name).parent-to-child.bin")
            let (reply, _) = Session.accept(offered: request.version, own: .own())
            if case .version(let mask) = Reply.parse(recorded), mask > 5 {
                #expect(reply == .version(mask & 10_176), "\(name)")
            } else {
                #expect(reply.text.map { Array($0.utf8) } == recorded, "\(name)")
            }
        }
    }

    struct Handshake: Sendable {
        let offered: UInt32
        let compression: Bool
        let reply: Reply
        let capabilities: UInt32
    }

    @Test(arguments: [
        Handshake(offered: 0, compression: true, reply: .first, capabilities: 8),
        Handshake(offered: 1, compression: true, reply: .first, capabilities: 8),
        Handshake(offered: 2, compression: true, reply: .hostLabels, capabilities: 16 + 128),
        Handshake(offered: 3, compression: true, reply: .version(3), capabilities: 32 + 128 + 256),
        Handshake(offered: 4, compression: true, reply: .version(4), capabilities: 32 + 128 + 256 + 512),
        Handshake(offered: 5, compression: true, reply: .version(5), capabilities: 32 + 128 + 256 + 512 + 1024),
        Handshake(offered: 5, compression: false, reply: .version(4), capabilities: 32 + 128 + 256 + 512),
        Handshake(offered: 6, compression: true, reply: .first, capabilities: 8),
        Handshake(offered: 7, compression: true, reply: .first, capabilities: 8),
        Handshake(offered: 1016, compression: true, reply: .version(960), capabilities: 960),
        Handshake(offered: 15_352, compression: true, reply: .version(9152), capabilities: 9152),
        Handshake(offered: 16_376, compression: true, reply: .version(10_176), capabilities: 10_176),
        Handshake(offered: 16_376, compression: false, reply: .version(9152), capabilities: 9152),
        Handshake(offered: 465_894_392, compression: true, reply: .version(9152), capabilities: 9152),
        Handshake(offered: 469_565_432, compression: true, reply: .version(10_176), capabilities: 10_176),
        Handshake(offered: 536_674_296, compression: true, reply: .version(10_176), capabilities: 10_176),
    ])
    func aParentsSide(_ handshake: Handshake) {
        let (reply, session) = Session.accept(
            offered: handshake.offered,
            own: .own(compression: handshake.compression)
        )
        #expect(reply == handshake.reply && session.capabilities.rawValue == handshake.capabilities)
        // The child draws the same conclusion from the reply.
        #expect(Session.accepted(by: reply, own: .own(compression: handshake.compression)) == session)
    }

    @Test func aChildsSide() throws {
        let own = Capabilities.own()
        func session(_ reply: Reply) -> Capabilities? { Session.accepted(by: reply, own: own)?.capabilities }
        #expect(session(.first) == .v1)
        #expect(session(.hostLabels) == [.v2, .hostLabels])
        #expect(session(.version(5))?.contains(.lz4) == true)
        #expect(session(.version(4))?.contains(.lz4) == false)
        #expect(session(.version(14_272))?.rawValue == 10_176)
        // What was not offered is not agreed, whatever the parent says.
        #expect(session(.version(.max))?.rawValue == 10_176)
        #expect(session(.version(6)) == .v1)
        #expect(Session.accepted(by: .version(5), own: .own(compression: false))?.capabilities.version == 4)
        for reply: Reply in [.denied, .busy, .already, .localhost, .nothing, .notUnderstood(.other)] {
            #expect(session(reply) == nil)
        }
    }

    @Test func whatFollowsFromASession() {
        let versions: [(UInt32, Int?)] = [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4), (5, 5), (16_376, nil)]
        for (offered, version) in versions {
            let capabilities = Session.accept(offered: offered, own: .own()).session.capabilities
            #expect(capabilities.version == version)
            #expect(capabilities.lineLimit == (version == nil ? 15_360 : 1024))
            #expect(capabilities.mayCarryFrames)
        }
        let plain = Session.accept(offered: 15_352, own: .own()).session.capabilities
        #expect(!plain.mayCarryFrames)
    }
}
