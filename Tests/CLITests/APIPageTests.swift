import Glibc
import System
import Testing

/// Every line of docs/api.md that begins with `curl` works against a live node.
@Suite(.serialized, .timeLimit(.minutes(5))) struct APIPageTests {
    private static let plugin = """
        #!/bin/sh
        echo "CHART system.cpu '' 'Total CPU utilization' percentage cpu system.cpu stacked 100 1"
        echo "DIMENSION user '' absolute 1 1"
        while :; do
            printf 'BEGIN system.cpu\\nSET user = 20\\nEND\\n'
            sleep 1
        done

        """

    /// A line's URL, and what it sends with `-H`.
    private struct Line {
        var text: String
        var path: String
        var fields: [String]

        init?(_ text: Substring) {
            guard text.hasPrefix("curl "), let url = text.firstMatch(of: /'http:\/\/localhost:19999([^']*)'/) else {
                return nil
            }
            self.text = String(text)
            path = String(url.1)
            fields = text.matches(of: /-H ['"]([^'"]*)['"]/).map { String($0.1) }
        }
    }

    @Test func everyLineWorks() throws {
        let page = String(decoding: try Files.read(root + "/docs/api.md", limit: 1 << 20), as: UTF8.self)
        let written = page.split(separator: "\n").filter { $0.hasPrefix("curl ") }
        let lines = written.compactMap(Line.init)
        #expect(lines.count == written.count && lines.count > 20)
        let place = try TemporaryDirectory()
        try Files.makeDirectories(place.path + "/plugins")
        try Files.write(Array(Self.plugin.utf8), to: place.path + "/plugins/cpu.plugin", mode: 0o755)
        let node = try LiveNode(
            netdata: """
                [directories]
                    plugins = "\(place.path)/plugins"
                [registry]
                    enabled = yes
                [plugins]
                    cpu = yes
                """,
            arguments: ["--bind", "127.0.0.1:0"],
            directory: place.path
        )
        let port = try node.port()
        try eventually("there is data") {
            try RawClient(port: port).get("/api/v1/data?chart=system.cpu&after=-5").contains("200 OK")
        }
        let key = node.text("state/lib/netdata.api.key")
        for line in lines {
            let client = try RawClient(port: port)
            let fields = line.fields.map { $0.replacing(/\$\(cat [^)]*\)/, with: key) + "\r\n" }.joined()
            client.send("GET \(line.path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
            let answer = client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(line.text)\n\(answer.prefix(500))")
        }
    }

    /// Whoever adds an endpoint adds it to the page.
    @Test func everyEndpointIsOnThePage() throws {
        let page = String(decoding: try Files.read(root + "/docs/api.md", limit: 1 << 20), as: UTF8.self)
        let node = try LiveNode(arguments: ["--bind", "127.0.0.1:0"])
        let front = try RawClient(port: try node.port()).get("/api/")
        let commands = front.matches(of: /href="v[0-9]\/([^"?]*)/).map { String($0.1) }
        #expect(commands.count > 20)
        for command in commands { #expect(page.contains(command), "\(command)") }
    }
}
