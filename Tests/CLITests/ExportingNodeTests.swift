import Glibc
import Status
import System
import Testing

/// A node with an exporting.conf, from its file to the bytes that leave it.
@Suite struct ExportingNodeTests {
    @Test func aNodeExports() throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Files.makeDirectories(directory + "/etc")
        let sink = try TinyServer(directory + "/sink") { _ in [] }
        defer { sink.stop() }
        func configure(_ enabled: String) throws {
            let text = """
                [exporting:global]
                    enabled = \(enabled)
                [opentsdb:it]
                    enabled = yes
                    destination = unix:\(directory)/sink
                    data source = as collected
                    update every = 1
                """
            try Files.write(Array(text.utf8), to: directory + "/etc/exporting.conf")
        }
        try configure("yes")
        let node = try LiveNode(
            "agent",
            netdata: "[global]\n    hostname = me\n[db]\n    mode = none\n[web]\n    mode = none\n",
            directory: directory
        )
        // It collects figures of its own.
        try eventually("lines") { sink.requests.contains { $0.hasPrefix("put netdata.netdata.") } }
        let line = try #require(sink.requests.first { $0.contains(" host=me") }?.split(separator: "\n").first)
        #expect(line.split(separator: " ").count >= 5)
        try eventually("it is counted") { (try statusDocument(node).exporters?.first?.sent ?? 0) > 0 }
        let shown = try #require(try statusDocument(node).exporters?.first)
        #expect(shown.name == "it" && shown.type == "opentsdb" && shown.destination == "unix:\(directory)/sink")
        try configure("no")
        node.signal(SIGHUP)
        try eventually("it has ended") { try statusDocument(node).exporters == nil }
        node.signal(SIGTERM)
        #expect(try node.end() == 0)
    }
}
