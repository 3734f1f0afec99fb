internal import Diagnostics
internal import NIOCore

/// Closes the connection of a client that takes less of its answer than ``ServerLimits/leastTaken`` within
/// ``ServerLimits/takingSeconds``: as long as it does not read, its answer takes memory.
final class TakingWatch {
    private let client: Client
    /// Bytes that were handed to the channel.
    private var written = 0
    private var look: Scheduled<Void>?

    init(_ client: Client) { self.client = client }

    /// After bytes were written.
    func wrote(_ count: Int, to context: ChannelHandlerContext) {
        written += count
        guard look == nil else { return }
        begin(context)
    }

    /// All is taken, or the connection is over.
    func stop() {
        look?.cancel()
        look = nil
    }

    private func begin(_ context: ChannelHandlerContext) {
        let waiting = Self.waiting(context)
        guard waiting > 0 else { return }
        let before = written - waiting
        let limits = client.context.limits
        look = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(limits.takingSeconds)) {
            self.look = nil
            let waiting = Self.waiting(context)
            guard waiting > 0 else { return }
            let taken = max(0, self.written - waiting - before)
            guard taken < limits.leastTaken else { return self.begin(context) }
            self.client.report(
                .answerNotTaken,
                ["taken": String(taken), "pending": String(waiting), "seconds": String(limits.takingSeconds)]
            )
            context.close(promise: nil)
        }
    }

    /// Bytes that even the kernel has not taken.
    private static func waiting(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
