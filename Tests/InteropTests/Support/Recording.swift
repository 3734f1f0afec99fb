import Glibc
import System

/// The first seconds of the recorded stream of a real host (Benchmarks/README.md).
struct Recording: Sendable {
    /// CHART, DIMENSION … and the first collections; then each a second's, beginning with `BEGIN "system.cpu"`.
    let seconds: [[UInt8]]

    init(seconds count: Int) throws {
        let file = packageDirectory + "/Benchmarks/host-30min.stream.xz"
        let process = try Process.start(
            Process.Command(
                path: "/usr/bin/xz",
                arguments: ["xz", "-dc", file],
                environment: inheritedEnvironment()
            )
        )
        let mark = Array("\nBEGIN \"system.cpu\" ".utf8)
        var bytes: [UInt8] = []
        var starts: [Int] = []
        var searched = 0
        var waiting = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
        var piece = [UInt8](repeating: 0, count: 65536)
        while starts.count <= count, poll(&waiting, 1, 30_000) > 0 {
            let got = read(process.output, &piece, piece.count)
            guard got > 0 else { break }
            bytes += piece[..<got]
            while searched + mark.count <= bytes.count {
                if bytes[searched] == 10, bytes[searched...].starts(with: mark) { starts.append(searched + 1) }
                searched += 1
            }
        }
        guard starts.count > count else { throw HTTP.Failure(description: "\(file) has no \(count) seconds") }
        var seconds: [[UInt8]] = [Array(bytes[..<starts[0]])]
        for index in 0..<count { seconds.append(Array(bytes[starts[index]..<starts[index + 1]])) }
        self.seconds = Self.clocked(seconds)
    }

    /// A child lets its first minute run on the parent's clock (`BEGIN "chart" 0`), which two parents read at two moments.
    /// Here the seconds since the chart's last collection stand for the zero.
    private static func clocked(_ seconds: [[UInt8]]) -> [[UInt8]] {
        var last: [String: Int] = [:]
        return seconds.enumerated().map { second, bytes in
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + bytes.count / 8)
            for line in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
                guard line.starts(with: Array("BEGIN \"".utf8)), let space = line.lastIndex(of: 0x20) else {
                    result += line + [10]
                    continue
                }
                let chart = String(decoding: line[..<space], as: UTF8.self)
                if line[space...].elementsEqual([0x20, 0x30]), let before = last[chart], before < second {
                    result += line[...space] + Array("\((second - before) * 1_000_000)\n".utf8)
                } else {
                    result += line + [10]
                }
                last[chart] = second
            }
            return result
        }
    }
}

/// A child in a few lines: asks to stream, then sends what it is given.
final class Child: Sendable {
    let reply: String
    private let file: Int32

    init(port: Int, hostname: String, guid: String, version: Int = 4, key: String = RealNetdata.key) throws {
        file = try HTTP.connect(port: port)
        let request =
            "STREAM key=\(key)&hostname=\(hostname)&registry_hostname=\(hostname)&machine_guid=\(guid)&update_every=1"
            + "&os=linux&timezone=Etc/UTC&abbrev_timezone=UTC&utc_offset=0&hops=1&ver=\(version)"
            + "&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\nUser-Agent: netdata/v1.37.1\r\nAccept: */*\r\n\r\n"
        var answer = [UInt8](repeating: 0, count: 4096)
        let bytes = Array(request.utf8)
        guard Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            close(file)
            throw HTTP.Failure(description: "the request was not sent")
        }
        let count = recv(file, &answer, answer.count, 0)
        reply = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                throw HTTP.Failure(description: "the parent closed: \(String(cString: strerror(errno)))")
            }
            sent += count
        }
    }

    deinit { close(file) }
}
