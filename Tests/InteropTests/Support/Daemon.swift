import Glibc
import Synchronization
import System

/// A program that a test runs. It ends with its owner, and with the test process, however that ends.
final class Daemon: Sendable {
    private struct State: ~Copyable {
        var process: Process?
        var exit: Process.Exit?
    }

    let id: Int32
    private let state: Mutex<State>

    /// - Parameter command: for the shell; its output must go to files.
    init(_ command: Process.Command) throws {
        let process = try Spawner.shared.start(command)
        id = process.id
        state = Mutex(State(process: consume process, exit: nil))
    }

    /// How it ended, if it has.
    var exit: Process.Exit? {
        state.withLock { state in
            if state.exit == nil { state.exit = state.process?.poll() }
            return state.exit
        }
    }

    var isRunning: Bool { exit == nil }

    func signal(_ number: Int32) {
        state.withLock { $0.process?.send(number) }
    }

    /// Ends it with SIGTERM, and with SIGKILL what has not ended after that many seconds.
    @discardableResult
    func stop(withinSeconds seconds: Int32 = 20) -> Process.Exit {
        state.withLock { state in
            if let exit = state.exit { return exit }
            let exit = state.process!.end(graceMilliseconds: seconds * 1000)
            state.exit = exit
            return exit
        }
    }
}

/// Starts programs on a thread of its own: the kernel ends what a thread has started when that thread ends, and the
/// threads that run tests come and go.
private final class Spawner: Sendable {
    static let shared = Spawner()

    private struct Work: Sendable {
        let run: @Sendable () -> Void
    }

    private let waiting = Mutex<[Work]>([])
    private let wakeup = try! Wakeup()

    private init() {
        Threads.start(name: "spawner") { [self] in
            while true {
                var list = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&list, 1, -1)
                wakeup.drain()
                for work in waiting.withLock({ work in
                    defer { work = [] }
                    return work
                }) { work.run() }
            }
        }
    }

    func start(_ command: Process.Command) throws -> Process {
        let box = Box()
        waiting.withLock {
            $0.append(
                Work {
                    box.result.withLock { result in
                        do {
                            result.process = try Process.start(command)
                        } catch {
                            result.error = error
                        }
                    }
                    box.done.signal()
                }
            )
        }
        wakeup.signal()
        var list = pollfd(fd: box.done.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&list, 1, -1)
        return try box.take()
    }

    private final class Box: Sendable {
        struct Result: ~Copyable {
            var process: Process?
            var error: (any Error)?
        }

        let result = Mutex(Result())
        let done = try! Wakeup()

        func take() throws -> Process {
            try result.withLock { result in
                if let error = result.error { throw error }
                return result.process.take()!
            }
        }
    }
}
