import Basics
import Config
import Diagnostics
import Glibc
import Store
import Synchronization
import System
import Testing

@testable import Node

/// A directory that goes with the value, whatever is in it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Writes a file, and the directories it is in.
    func write(_ text: String, _ name: String) throws {
        let path = path + "/" + name
        try Files.makeDirectories(String(path[..<path.lastIndex(of: "/")!]))
        try Files.write(Array(text.utf8), to: path)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Files.read(path + "/" + name, limit: 1 << 24), as: UTF8.self)
    }

    func lines(_ name: String) throws -> [String] { try read(name).split(separator: "\n").map(String.init) }

    /// A node's options with `etc` and `state` beneath this directory.
    func options(_ role: Role = .parent) -> NodeOptions {
        var options = NodeOptions(role: role, version: "0.9.9")
        options.overrides.configDirectory = path + "/etc"
        options.overrides.stateDirectory = path + "/state"
        return options
    }

    /// The configuration of these files.
    func configuration(netdata: String = "", stream: String = "", role: Role = .parent) throws -> Configuration {
        try write(netdata, "etc/netdata.conf")
        try write(stream, "etc/stream.conf")
        return options(role).loadConfiguration()
    }
}

extension [Finding] {
    var codes: [String] { map(\.condition.code) }
}

let machineGUID = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
let key = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"
