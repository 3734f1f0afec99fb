import Glibc
import System

/// The ways on which the handler of alarms would tell somebody: `notification-methods` of `/api/v1/info` (web API §8.1).
enum NotificationMethods {
    /// The handler that can be asked. Any other program would take the question for an alarm.
    static let handlerName = "alarm-notify.sh"
    private static let question = "dump_methods"
    /// Milliseconds that it may take.
    static let patience: Int32 = 10_000
    /// Bytes of its answer that count.
    static let longestAnswer = 4096

    /// Runs the handler and waits for it.
    ///
    /// - Parameter environment: `NAME=value`, as it has it for alarms.
    /// - Returns: `SEND_EMAIL|SEND_SLACK`; empty where there is no such handler, or it says nothing.
    static func ask(_ handler: String, environment: [String], patience: Int32 = patience) -> String {
        guard handler.split(separator: "/").last.map(String.init) == handlerName else { return "" }
        let command = Process.Command(path: handler, arguments: [handler, question], environment: environment)
        guard var process = try? Process.start(command) else { return "" }
        var answer: [UInt8] = []
        var waited: Int32 = 0
        while answer.count < longestAnswer, waited < patience {
            var output = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
            if poll(&output, 1, 100) == 0 {
                waited += 100
                continue
            }
            var bytes = [UInt8](repeating: 0, count: longestAnswer)
            let count = read(process.output, &bytes, bytes.count)
            if count > 0 { answer += bytes[..<count] } else if count == 0 || errno != EINTR { break }
        }
        process.end(graceMilliseconds: 0)
        return methods(answer.prefix(longestAnswer))
    }

    /// Words of capital letters, digits and `_`, one a line or with bars between them.
    static func methods(_ answer: some Collection<UInt8>) -> String {
        let lines = answer.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: " ") }
        return lines.map { String(decoding: $0, as: UTF8.self) }.filter { word in
            word.hasPrefix("SEND_")
                && word.utf8.allSatisfy { $0 >= 65 && $0 <= 90 || $0 >= 48 && $0 <= 57 || $0 == UInt8(ascii: "_") }
        }.joined(separator: "|")
    }
}
