import ArgumentParser
import Config
import Glibc
import System

/// The sections of a key in files: new ones, or one that is there.
struct KeyFiles {
    private let sections: KeySections

    init(_ sections: KeySections) { self.sections = sections }

    /// Makes both files, or none of them.
    func write(to directory: String) throws {
        let parent = directory + "/parent.stream.conf"
        let child = directory + "/child.stream.conf"
        do throws(SystemError) {
            try Files.makeDirectories(directory, mode: 0o750)
            try Files.create(Array(sections.parentSection.utf8), at: parent, mode: 0o640)
            do throws(SystemError) {
                try Files.create(Array(sections.childSection.utf8), at: child, mode: 0o640)
            } catch {
                try? Files.remove(parent)
                throw error
            }
        } catch {
            if error.number == EEXIST {
                let sentence = "\(error.subject) is there already: nothing was written, since its key may be in use"
                throw failure("keygen", sentence, .cannotCreate)
            }
            throw exit(error)
        }
        writeAll("\(parent)\n\(child)\n", to: STDOUT_FILENO)
        complain(
            "keygen",
            "each becomes a stream.conf, or a part of one: then kill -HUP the parent, and restart the child"
        )
    }

    /// Adds the parent's section to a file, once, and prints the child's.
    func append(to file: String) throws {
        do {
            guard let lock = try DirectoryLock.take(Self.directory(of: file)) else {
                throw SystemError(operation: "flock", subject: file, number: EWOULDBLOCK)
            }
            defer { withExtendedLifetime(lock) {} }
            try add(to: file)
        } catch let error as SystemError {
            guard error.number == EWOULDBLOCK else { throw exit(error) }
            let sentence = "somebody else edits a file of the directory of \(file): try again when they are done"
            throw failure("keygen", sentence, .unavailable)
        }
        writeAll(
            """
            # ---- each CHILD's stream.conf: put the parent's name or address here ---------

            \(sections.childSection)
            # then restart the child, and watch it arrive: ndstream top, on the parent

            """,
            to: STDOUT_FILENO
        )
    }

    private func add(to file: String) throws {
        let limit = ConfigLimits().fileBytes
        let content = Files.exists(file) ? try Files.read(file, limit: limit) : []
        switch sections.addition(to: content) {
        case .present(let line):
            complain("keygen", "\(file):\(line): [\(sections.key)] is there already: nothing was changed")
        case .different(let line, let difference):
            let sentence = "\(file):\(line): [\(sections.key)] is there already, but \(difference): nothing was changed"
            throw failure("keygen", sentence, .finding)
        case .added(let bytes):
            guard bytes.count <= limit else {
                throw SystemError(operation: "write", subject: file, number: EFBIG)
            }
            var draft = try FileDraft(of: file, content: bytes, mode: 0o640)
            let copy = try draft.backUp()
            try draft.install()
            complain("keygen", "\(file): [\(sections.key)] is added" + (copy.map { "; as it was: \($0)" } ?? ""))
            complain("keygen", "then tell the parent: kill -HUP its process")
        }
    }

    private static func directory(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    private func exit(_ error: SystemError) -> ExitCode {
        let isForbidden = [EACCES, EPERM, EROFS].contains(error.number)
        return failure("keygen", error.description, isForbidden ? .notPermitted : .cannotCreate)
    }
}
