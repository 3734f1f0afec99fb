import Basics
import Store
import Synchronization
import Transport

/// What was asked in this second, with its answers: whoever asks the same again before anything has changed gets the same.
///
/// A dashboard asks for the same windows once a second in every browser that shows it, and on every wall.
final class RecentAnswers: Sendable {
    /// A question, and all that its answer depends on.
    struct Question: Hashable {
        let host: GUID
        /// Path and query as they came.
        let target: String
        /// Unix seconds: windows are relative to it.
        let second: Int64
        /// Of the chart: changes with each collection, and with each change of what it is.
        let stamp: ChartStamp
    }

    /// Bytes of one answer with its question, and of all that are kept.
    static let largest = 256 << 10
    static let limit = 2 << 20

    private struct State {
        var second: Int64 = 0
        var answers: [Question: HTTPResponse] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    func answer(to question: Question) -> HTTPResponse? {
        state.withLock { $0.second == question.second ? $0.answers[question] : nil }
    }

    /// Keeps an answer for the rest of the second, as far as there is room.
    func keep(_ answer: HTTPResponse, to question: Question) {
        let bytes = answer.body.count + question.target.utf8.count
        guard answer.status == 200, bytes <= Self.largest else { return }
        var kept = answer
        // Compressed once for all who ask again.
        kept.compressed = CompressedForm()
        state.withLock { state in
            if state.second != question.second { state = State(second: question.second) }
            guard state.bytes + bytes <= Self.limit else { return }
            guard state.answers.updateValue(kept, forKey: question) == nil else { return }
            state.bytes += bytes
        }
    }

    /// Bytes of what is kept.
    var bytes: Int { state.withLock { $0.bytes } }
}
