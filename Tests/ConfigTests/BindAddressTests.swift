import Testing

@testable import Config

private func list(_ text: String) -> (addresses: [BindAddress], problems: [BindAddress.Problem]) {
    BindAddress.list(text, defaultPort: "19999")
}

@Suite struct BindAddressTests {
    @Test(arguments: ["*", "any", "all", ":19999", "tcp:*", "tcp:", "*:19999", "any:"])
    func everyAddress(_ text: String) {
        let addresses = list(text).addresses
        #expect(addresses.map(\.host) == [nil])
        #expect(addresses.map(\.port) == ["19999"])
        #expect(addresses.map(\.rights) == [.all])
        #expect(list(text).problems.isEmpty)
    }

    @Test func manyAddresses() {
        let (addresses, problems) = list("127.0.0.1:1 [::1]:2,unix:/run/x.sock eth%eth0:http localhost:0")
        #expect(problems.isEmpty)
        #expect(addresses.map(\.host) == ["127.0.0.1", "::1", nil, "eth", "localhost"])
        #expect(addresses.map(\.port) == ["1", "2", "", "http", "0"])
        #expect(addresses[2].unixPath == "/run/x.sock")
        #expect(addresses[2].rights == .all)
        #expect(addresses[3].interface == "eth0")
    }

    @Test func rightsOfAPort() {
        let (addresses, problems) = list(
            "*:1=dashboard|streaming *:2=netdata.conf|badges|registry|management *=streaming"
        )
        #expect(problems.isEmpty)
        #expect(addresses[0].rights == [.dashboard, .streaming])
        #expect(addresses[1].rights == [.netdataConf, .badges, .registry, .management])
        #expect(addresses[2].rights == .streaming)
        #expect(addresses[2].port == "19999")
    }

    @Test func encryptionOfAPort() {
        let (addresses, problems) = list(
            "*:1=streaming^SSL=force *:2=dashboard|streaming^SSL=optional *:3=dashboard^SSL=force|badges *:4=badges"
        )
        #expect(problems.isEmpty)
        #expect(addresses.map(\.encryption) == [.force, .optional, .force, .standard])
        #expect(addresses[2].rights == [.dashboard, .badges])
        #expect(addresses[1].rights == [.dashboard, .streaming])
    }

    @Test func encryptionWithoutRightsIsReadAsItIsMeant() {
        let (addresses, problems) = list("*:20000^SSL=force")
        #expect(problems == [.encryptionWithoutRights("*:20000^SSL=force")])
        #expect(addresses.map(\.port) == ["20000"])
        #expect(addresses.map(\.rights) == [.all])
        #expect(addresses.map(\.encryption) == [.force])
    }

    @Test func unknownWordsCountForNothing() {
        let (addresses, problems) = list("*:1=dashbord|streaming *:2=stream *:3=badges^SSL=yes")
        #expect(addresses.map(\.rights) == [.streaming, [], .badges])
        #expect(
            problems == [
                .unknownRight("dashbord", entry: "*:1=dashbord|streaming"),
                .unknownRight("stream", entry: "*:2=stream"),
                .noRights("*:2=stream"), .unknownEncryption("SSL=yes", entry: "*:3=badges^SSL=yes"),
            ]
        )
        #expect(addresses[2].encryption == .standard)
    }

    @Test(arguments: ["::1", "[::1", "udp:*:8125", "unix:", "*:70000", "[::]19999"])
    func whatCannotBeReadIsLeftOut(_ text: String) {
        let (addresses, problems) = list(text)
        #expect(addresses.isEmpty)
        #expect(problems.count == 1)
    }
}

@Suite struct AccessListTests {
    @Test func theFirstWordThatMatchesDecides() {
        let list = AccessList("!10.1.2.3 10.*")
        #expect(list.allows("10.1.2.4"))
        #expect(!list.allows("10.1.2.3"))
        #expect(!list.allows("192.168.1.1"))
    }

    @Test func anEmptyListAllowsEverybody() {
        #expect(AccessList("").allows("10.0.0.1"))
        #expect(!AccessList("!*").allows("10.0.0.1"))
    }

    @Test(arguments: [
        ("127.0.0.1", "localhost"), ("::1", "localhost"), ("::ffff:127.0.0.1", "localhost"),
        ("::ffff:10.0.0.1", "10.0.0.1"), ("127.0.0.2", "127.0.0.2"), ("2001:db8::1", "2001:db8::1"),
        ("UNKNOWN", "UNKNOWN"),
    ])
    func canonicalAddresses(_ numeric: String, _ canonical: String) {
        #expect(AccessList.canonical(numeric) == canonical)
    }

    @Test func rightsAreThoseOfAddressAndPort() {
        let web = load(
            netdata: """
                [web]
                allow connections from = localhost 10.*
                allow dashboard from = localhost
                allow streaming from = 10.*
                """
        ).web
        #expect(web.rights(of: "192.168.0.1") == nil)
        #expect(web.rights(of: "localhost")?.contains([.dashboard, .management, .netdataConf, .registry]) == true)
        #expect(web.rights(of: "localhost")?.contains(.streaming) == false)
        #expect(web.rights(of: "10.0.0.1", at: [.streaming, .dashboard]) == .streaming)
        #expect(web.rights(of: "10.0.0.1", at: .dashboard) == [])
    }
}
