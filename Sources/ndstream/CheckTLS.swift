import ArgumentParser
import Diagnostics
import Glibc
import System

import struct Config.Destination

struct CheckTLS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-tls",
        abstract: "Look at what answers at a streaming destination.",
        discussion: """
            Connects to DESTINATION, written as in stream.conf, without TLS, and says what is there: a node that takes \
            streams, one that refuses them on this port, one that wants TLS, or something else. It asks for its version \
            and then sends a streaming request without a key, which the node refuses and logs once.

            TLS verification is not part of this version: of a destination with :SSL only the plaintext half is looked at.

            EXAMPLES:
              ndstream check-tls parent.example
              ndstream check-tls 10.0.0.5:19999
              ndstream check-tls unix:/run/netdata/netdata.sock

            EXIT CODES:
              0   takes streams in plaintext
              1   does not
              64  wrong usage
              68  host unknown
              69  nobody answers
            """
    )

    @Argument(help: "HOST, HOST:PORT or unix:/PATH.")
    var destination: String

    @Option(help: ArgumentHelp("Seconds to wait for each answer, 1 to 60.", valueName: "seconds"))
    var timeout = 5

    func validate() throws {
        guard timeout >= 1, timeout <= 60 else {
            throw ValidationError("--timeout wants 1 to 60 seconds; '\(timeout)' is not.")
        }
        _ = try parsed()
    }

    func run() throws {
        let destination = try parsed()
        let probe = Probe(destination, timeout: timeout)
        func say(_ label: String, _ text: String) {
            let padding = String(repeating: " ", count: max(1, 12 - label.count))
            writeAll(label + padding + escapedForLog(text) + "\n", to: STDOUT_FILENO)
        }
        let page = try ask(probe, "GET /api/v1/info HTTP/1.1\r\nHost: \(destination.host)\r\nConnection: close\r\n\r\n")
        say("connection", "\(destination.description) answers the connection")
        let web = FarEnd(page)
        say("web", web.sentence)
        let request =
            "STREAM key=&hostname=check-tls&machine_guid=&ver=5 HTTP/1.1\r\nUser-Agent: ndstream/\(version)\r\nAccept: */*\r\n\r\n"
        let stream = StreamAnswer(try ask(probe, request), web)
        say("streaming", stream.sentence)
        say("TLS", "not looked at: TLS verification is not part of this version")
        if !stream.takesStreams { throw ExitCode(ExitStatus.finding.rawValue) }
    }

    private func parsed() throws -> Destination {
        do {
            return try Destination(destination, defaultPort: "19999")
        } catch {
            throw ValidationError("'\(destination)' is no destination: give HOST, HOST:PORT or unix:/PATH.")
        }
    }

    private func ask(_ probe: Probe, _ request: String) throws -> [UInt8] {
        do {
            return try probe.ask(request)
        } catch let error as NameResolver.Failure {
            throw failure("check-tls", error.description, .hostUnknown)
        } catch let error as SystemError {
            throw failure("check-tls", "nobody answers at \(destination): \(error.reason)", .unavailable)
        }
    }
}

/// Sends one text on a connection of its own and takes the first bytes of the answer.
private struct Probe {
    /// A refusal has 67 bytes, a head of HTTP a few hundred.
    static let answerLimit = 16 << 10

    let destination: Destination
    let timeout: Int

    init(_ destination: Destination, timeout: Int) {
        self.destination = destination
        self.timeout = timeout
    }

    /// - Returns: nothing when the far end closes or says nothing in time.
    func ask(_ request: String) throws -> [UInt8] {
        let deadline = BlockingSocket.Deadline(after: Int64(timeout) * 1_000_000)
        let socket = try connect(deadline)
        var answer: [UInt8] = []
        do throws(SystemError) {
            try socket.write(Array(request.utf8), deadline: deadline)
            while answer.count < Self.answerLimit, try socket.read(into: &answer, deadline: deadline) > 0 {}
        } catch {
            guard !answer.isEmpty || Self.isSilence(error) else { throw error }
        }
        return answer
    }

    private static func isSilence(_ error: SystemError) -> Bool {
        [ETIMEDOUT, ECONNRESET, EPIPE].contains(error.number)
    }

    private func connect(_ deadline: BlockingSocket.Deadline) throws -> BlockingSocket {
        if destination.transport == .unix { return try .connect(path: destination.host, deadline: deadline) }
        let addresses = try NameResolver.resolve(
            host: destination.host,
            port: destination.port,
            interface: destination.interface
        )
        for address in addresses.dropLast() {
            if let socket = try? BlockingSocket.connect(address, deadline: deadline) { return socket }
        }
        return try .connect(addresses[addresses.count - 1], deadline: deadline)
    }
}
