import Diagnostics
import Glibc
import System
import Testing

/// Whatever a real 1.37.1 says of streaming, `tail` knows: a parent and children in every kind of trouble, and each line of
/// their logs.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct LogRecognitionTests {
    private let parentGUID = "bbbbbbbb-0000-0000-0000-000000000001"
    private let childGUID = "bbbbbbbb-0000-0000-0000-000000000002"

    /// Sections of the parent's stream.conf that refuse, each for a reason of its own.
    private let refusing = """
        [99999999-0000-0000-0000-000000000001]
            enabled = yes
            allow from = 10.9.9.9
        [99999999-0000-0000-0000-000000000002]
            enabled = no
        [99999999-0000-0000-0000-000000000003]
            type = machine
            enabled = yes
        [aaaaaaaa-0000-0000-0000-000000000004]
            type = machine
            enabled = no
        [aaaaaaaa-0000-0000-0000-000000000005]
            type = machine
            enabled = yes
            allow from = 10.9.9.9
        [aaaaaaaa-0000-0000-0000-000000000006]
            type = api
            enabled = yes

        """

    @Test(.timeLimit(.minutes(5))) func everyStreamLineIsRecognised() throws {
        let port = freePort()
        let parentOptions = parentOptions
        var parent: RealNetdata? = try RealNetdata(parentOptions, port: port)
        var children = try [
            child("good", port, guid: childGUID, replication: true), child("other-key", port, key: other("f")),
            child("other-address", port, key: other("1")), child("plain-parent", port, ending: ":SSL"),
            child("uncompressed", port, compression: false), child("nobody-there", freePort()),
            child("no-such-name", 1, host: "no-such-name.invalid"),
        ]
        #expect(
            eventually(withinSeconds: 30) {
                parent!.log.contains("STREAM good [receive from")
                    && parent!.log.contains("STREAM uncompressed [receive")
            }
        )
        children += try [child("clone", port, guid: childGUID), child("itself", port, guid: parentGUID)]
        askBadly(port)
        let proxy = try proxy(port)
        children.append(try child("behind", proxy.port, replication: true))
        #expect(
            eventually(withinSeconds: 40) { parent!.log.contains("STREAM behind [receive from") },
            "\(proxy.log.suffix(2000))"
        )
        // A child that is killed, and a parent that is stopped and comes back.
        children[0].daemon.signal(SIGKILL)
        #expect(
            eventually(withinSeconds: 20) {
                parent!.log.contains("STREAM good [receive from [localhost]") && parent!.log.contains("disconnected")
            }
        )
        parent!.stop()
        var logs = [("parent", parent!.log, parent!.accessLog)]
        parent = try RealNetdata(parentOptions, port: port)
        #expect(eventually(withinSeconds: 40) { parent!.log.contains("STREAM behind [receive from") })
        for child in children { child.stop() }
        proxy.stop()
        parent!.stop()
        logs += [("parent again", parent!.log, parent!.accessLog), ("proxy", proxy.log, proxy.accessLog)]
        logs += children.enumerated().map { ("child \($0.offset)", $0.element.log, $0.element.accessLog) }
        var codes: Set<String> = []
        for (name, errors, access) in logs {
            for log in [errors, access] { codes.formUnion(expectRecognised(log, of: name)) }
        }
        // The troubles really were had.
        let had = [
            "ND-F1", "ND-F2", "ND-F3", "ND-F4", "ND-F5", "ND-F6", "ND-F7", "ND-F8", "ND-F9", "ND-F10", "ND-F11",
            "ND-F12",
            "ND-F13", "ND-I1", "ND-I2", "ND-I5", "ND-I8", "ND-I9", "ND-I10", "ND-I21", "ND-I24", "ND-I26", "ND-I67",
            "ND-C2",
            "ND-C5", "ND-C12", "ND-C14", "ND-C15", "ND-C20", "ND-C78", "ND-C85",
        ]
        #expect(Set(had).subtracting(codes).isEmpty, "\(Set(had).subtracting(codes).sorted())")
    }

    /// - Returns: the codes of its lines.
    private func expectRecognised(_ log: String, of name: String) -> Set<String> {
        let matcher = TemplateMatcher()
        var codes: Set<String> = []
        var unknown: Set<String> = []
        // A daemon that ends in the middle of a line leaves it so.
        let whole = log.lastIndex(of: "\n").map { log[...$0] } ?? ""
        for line in whole.split(separator: "\n") where line.contains("STREAM") {
            let recognised = RecognisedLine(LogLine(String(line)), matcher)
            guard recognised.isStreaming, let condition = recognised.condition, condition != .unrecognised else {
                unknown.insert(String(line))
                continue
            }
            codes.insert(condition.code)
        }
        #expect(unknown.isEmpty, "\(name): \(unknown.sorted().prefix(20).joined(separator: "\n"))")
        return codes
    }

    private var parentOptions: RealNetdata.Options {
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.guid = parentGUID
        options.plugins = ["idlejitter"]
        options.replication = true
        options.streamExtra = refusing
        return options
    }

    private func other(_ last: String) -> String { "99999999-0000-0000-0000-00000000000" + last }

    private func child(
        _ name: String,
        _ port: Int,
        host: String = "127.0.0.1",
        key: String = RealNetdata.key,
        guid: String? = nil,
        ending: String = "",
        compression: Bool = true,
        replication: Bool = false
    ) throws -> RealNetdata {
        var options = RealNetdata.Options()
        options.hostname = name
        options.destination = "\(host):\(port)\(ending)"
        options.key = key
        options.guid = guid
        options.plugins = ["idlejitter"]
        options.compression = compression
        options.replication = replication
        options.mode = replication ? "ram" : "none"
        options.hasWeb = false
        return try RealNetdata(options)
    }

    private func proxy(_ port: Int) throws -> RealNetdata {
        var options = RealNetdata.Options()
        options.hostname = "proxy"
        options.destination = "127.0.0.1:\(port)"
        options.plugins = ["idlejitter"]
        options.replication = true
        return try RealNetdata(options)
    }

    /// Requests and lines that no Netdata sends.
    private func askBadly(_ port: Int) {
        let key = RealNetdata.key
        let guid = "cccccccc-0000-0000-0000-0000000000"
        let requests = [
            "hostname=a", "key=\(key)", "key=\(key)&hostname=a", "key=zz&hostname=a&machine_guid=\(guid)01",
            "key=\(key)&hostname=a&machine_guid=zz", "key=\(other("2"))&hostname=a&machine_guid=\(guid)01",
            "key=\(other("3"))&hostname=a&machine_guid=\(guid)01",
        ]
        let machines = (4...6).map { "key=\(key)&hostname=a&machine_guid=aaaaaaaa-0000-0000-0000-00000000000\($0)" }
        for request in requests + machines { say(request, "", port) }
        for (number, (version, lines)) in [
            ("0", "CHART a b c\n"), ("5", "BEGIN x.y\nSET z = 1\nEND\n"), ("", "B\n"), ("5312", "FOO bar\n"),
            ("3", "\u{1}\u{2}\n"),
            ("5312", "CHART a.b '' t u f c line 1 1\nDIMENSION d\nBEGIN a.b\nSET q = 1\nEND\n"),
        ].enumerated() {
            say(
                "key=\(key)&hostname=h\(number)&machine_guid=\(guid)1\(number)&ver=\(version)&foo=bar&update_every=1",
                lines,
                port
            )
        }
    }

    /// Sends a request, waits for the answer, sends lines, and closes.
    private func say(_ request: String, _ lines: String, _ port: Int) {
        guard let descriptor = try? HTTP.connect(port: port) else {
            Issue.record("the parent takes no connection")
            return
        }
        defer { close(descriptor) }
        let head = "STREAM \(request) HTTP/1.1\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n"
        _ = write(descriptor, head, head.utf8.count)
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&ready, 1, 5000)
        var answer = [UInt8](repeating: 0, count: 512)
        _ = read(descriptor, &answer, answer.count)
        guard !lines.isEmpty else { return }
        _ = write(descriptor, lines, lines.utf8.count)
        usleep(500_000)
    }
}
