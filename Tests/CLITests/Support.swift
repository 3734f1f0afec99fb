import Glibc
import System
import Testing

/// The program as it was built beside the tests.
enum Program {
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer[..<max(0, length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex) + "/ndstream"
    }()

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs it to its end with nothing of our environment but what is given.
    static func run(_ arguments: String..., input: String = "", environment: [String] = []) throws -> Result {
        try run(path, arguments, input: input, environment: environment)
    }

    /// The same with another program: a shell around it, or one that was built beside it.
    static func run(
        _ program: String,
        _ arguments: [String],
        input: String = "",
        environment: [String] = []
    ) throws -> Result {
        let directory = try TemporaryDirectory()
        try Files.write(Array(input.utf8), to: directory.path + "/in")
        let id = try start(arguments, of: program, directory: directory.path, environment: environment)
        return Result(status: wait(id), output: try directory.read("out"), errors: try directory.read("err"))
    }

    /// - Returns: the exit code, or the negative number of the signal that ended it.
    static func wait(_ id: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
    }

    /// Starts it with its output going to `out` and `err` of a directory that has an `in`.
    /// - Parameter output: where else its output goes: a terminal for example.
    static func start(
        _ arguments: [String],
        of program: String = path,
        directory: String,
        environment: [String] = [],
        output: String? = nil
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, directory + "/in", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY
        posix_spawn_file_actions_addopen(&actions, 1, output ?? directory + "/out", flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, directory + "/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // A place of its own for everything it may look for, and the width that goldens have. Of two, the first counts.
        let variables = ["HOME=\(directory)", "LC_ALL=C.UTF-8", "TZ=UTC", "COLUMNS=80", "PATH=/usr/bin:/bin"]
        var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = (environment + variables).map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        // A test runs on a thread that may block signals, and what it starts would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var id = pid_t()
        let result = posix_spawn(&id, program, &actions, &attributes, &arguments, &environment)
        try #require(result == 0, "\(program) cannot be started: \(String(cString: strerror(result)))")
        return id
    }
}

/// A directory that goes with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
        rmdir(path)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Files.read(path + "/" + name, limit: 16 << 20), as: UTF8.self)
    }

    func write(_ text: String, _ name: String) throws {
        try Files.write(Array(text.utf8), to: path + "/" + name)
    }

    /// Adds to the end, as a program does that logs.
    func append(_ text: String, _ name: String) throws {
        let descriptor = open(path + "/" + name, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        _ = Glibc.write(descriptor, text, text.utf8.count)
    }
}

/// Waits until something is so; the test fails when it takes longer than it may on a busy machine.
func eventually(_ what: String, _ location: SourceLocation = #_sourceLocation, _ holds: () throws -> Bool) throws {
    for _ in 0..<400 {
        if try holds() { return }
        usleep(50_000)
    }
    Issue.record("never: \(what)", sourceLocation: location)
}

/// Compares text with a file in Tests/Fixtures/CLI. With `NDSTREAM_RECORD=1` in the environment the files are written
/// instead: look at what changed before it is committed.
func expectGolden(_ text: String, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    let path = fixture(name)
    if getenv("NDSTREAM_RECORD") != nil {
        try Files.write(Array(text.utf8), to: path)
        return
    }
    let expected = String(decoding: try Files.read(path, limit: 16 << 20), as: UTF8.self)
    #expect(text == expected, "\(name) differs", sourceLocation: location)
}

/// A file that the tests bring.
func fixture(_ name: String) -> String { root + "/Tests/Fixtures/CLI/" + name }

/// The project.
let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
