import Diagnostics
import System

/// One log, with whatever is read before it: older generations, or the journal's past.
final class TailSource {
    /// What it is called where there are several, short and in full.
    let label: String
    let name: String
    /// Whether more may come after all that is there.
    let isFollowed: Bool
    private var inputs: [LogInput]
    /// What comes after the last of the inputs, made of its last line.
    private var continuation: ((_ lastLine: [UInt8]?, _ problem: String?) throws(SystemError) -> LogInput?)?
    private var lastLine: [UInt8]?
    /// When the last line that said so was written.
    private var moment: Int64?
    /// What went wrong, to be said once.
    private var problems: [String] = []

    init(_ name: String, label: String, isFollowed: Bool, _ inputs: [LogInput]) {
        self.name = name
        self.label = label
        self.isFollowed = isFollowed
        self.inputs = inputs
    }

    /// - Parameter continuation: asked at the end of each input that is the last: what to read next.
    func thereafter(_ continuation: @escaping ([UInt8]?, String?) throws(SystemError) -> LogInput?) {
        self.continuation = continuation
    }

    /// What becomes readable when there is more.
    var readable: Int32? { inputs.first?.readable }

    /// Whether having no more now means that all of the past was read.
    var isAtEnd: Bool { isFollowed && inputs.count == 1 && !isInPast }

    /// What is read now ends, and then something else begins.
    var isInPast = false

    /// Reads what is new.
    /// - Parameter line: a line, and when it was written: of one that doesn't say, when the one before it was.
    func poll(
        _ clock: inout LineClock,
        _ line: (ArraySlice<UInt8>, Int64?) -> Void
    ) throws(SystemError) -> LogInput.State {
        guard let input = inputs.first else { return .ended }
        let keepsLast = continuation != nil
        var moment = moment
        var last = lastLine
        let state = try input.poll { bytes in
            guard !bytes.isEmpty else { return }
            moment = clock.moment(of: bytes) ?? moment
            if keepsLast { last = Array(bytes) }
            line(bytes, moment)
        }
        self.moment = moment
        lastLine = last
        guard state == .ended else { return state }
        inputs.removeFirst()
        if inputs.isEmpty, let next = try continuation?(lastLine, input.problem) {
            inputs = [next]
        } else if let problem = input.problem {
            problems.append("\(input.name): \(problem)")
        }
        return inputs.isEmpty ? .ended : .more
    }

    func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }
}
