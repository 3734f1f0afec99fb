public import Basics
import Glibc
import Synchronization
public import System

/// The one thread that collects: external plugins' pipes and the internal collectors' ticks, joined by `poll(2)`.
///
/// Plugins end with the thread that starts them, so it must live as long as the node; ``run()`` ends them all before
/// it returns.
public final class CollectionLoop {
    /// Stops or wakes the loop from any other thread.
    public final class Switch: Sendable {
        fileprivate let wakeup: Wakeup
        fileprivate let stopped = Atomic<Bool>(false)

        /// - Throws: ``SystemError`` when no descriptor is left.
        public init() throws(SystemError) {
            wakeup = try Wakeup()
        }

        /// ``CollectionLoop/run()`` returns soon: at the latest when the plugins had their time to end.
        public func stop() {
            stopped.store(true, ordering: .releasing)
            wakeup.signal()
        }

        /// A round follows at once: another thread has collected something.
        public func wake() { wakeup.signal() }
    }

    /// Bytes read from a pipe at once: what a pipe holds.
    static let readSize = 65536

    private let stopSwitch: Switch
    private let clock: any Clock
    private let plugins: Plugins?
    private let ticking: [any TickDriven]
    private let afterRound: () -> Void

    /// - Parameter afterRound: called after each round of ticks and plugins' output, on the loop's thread.
    public init(
        stoppedBy stopSwitch: Switch,
        clock: any Clock,
        plugins: Plugins?,
        ticking: [any TickDriven],
        afterRound: @escaping () -> Void = {}
    ) {
        self.stopSwitch = stopSwitch
        self.clock = clock
        self.plugins = plugins
        self.ticking = ticking
        self.afterRound = afterRound
    }

    /// Collects until the switch says stop.
    public func run() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: plugins == nil ? 1 : Self.readSize,
            alignment: 16
        )
        defer { buffer.deallocate() }
        var list: [pollfd] = []
        while !stopSwitch.stopped.load(ordering: .acquiring) {
            tick()
            plugins?.step()
            afterRound()
            wait(&list, buffer, atMost: microsecondsToNextWork)
        }
        guard let plugins else { return }
        plugins.stop()
        while plugins.running > 0 {
            wait(&list, buffer, atMost: plugins.microsecondsToNextStep)
            plugins.step()
        }
    }

    private func tick() {
        for one in ticking where one.microsecondsToNextTick(now: clock.now()) <= 0 { one.tick(now: clock.now()) }
    }

    private var microsecondsToNextWork: Int64 {
        let now = clock.now()
        var least = plugins?.microsecondsToNextStep ?? .max
        for one in ticking { least = min(least, one.microsecondsToNextTick(now: now)) }
        return least
    }

    private func wait(_ list: inout [pollfd], _ buffer: UnsafeMutableRawBufferPointer, atMost microseconds: Int64) {
        list.removeAll(keepingCapacity: true)
        list.append(pollfd(fd: stopSwitch.wakeup.descriptor, events: Int16(POLLIN), revents: 0))
        plugins?.watch(&list)
        // Rounded up, or the last millisecond before a tick would be spent turning in circles.
        let milliseconds = microseconds == .max ? 60_000 : min(60_000, max(0, microseconds &+ 999) / 1000)
        guard poll(&list, nfds_t(list.count), Int32(milliseconds)) > 0 else { return }
        if list[0].revents != 0 { stopSwitch.wakeup.drain() }
        plugins?.serve(list[1...], buffer)
    }
}
