import Basics
import System
import Transport

/// The files of a dashboard, as `[directories] web` has them (web API §2, "Static files").
struct WebFiles: Sendable {
    let root: DocumentRoot

    /// Bytes of the longest file that is held as a whole while it is sent; longer ones go out in pieces.
    static let longestWhole = 512 << 10

    /// May block for as long as a disk does.
    /// - Parameter path: the decoded path of a request; `/` is the directory's own page.
    func answer(_ path: Substring) -> HTTPResponse {
        let name = Self.name(path)
        if let refusal = Self.refusal(name) { return refusal }
        let (found, whole) = root.find(String(name))
        let shown = htmlEscaped(whole)
        switch found {
        case .missing:
            return .text(404, "File does not exist, or is not accessible: \(shown)", contentType: ContentType.html)
        case .notPermitted:
            return .text(403, "Access to file is not permitted: \(shown)", contentType: ContentType.html)
        case .busy:
            var response = HTTPResponse.text(307, "The file is busy: \(shown)", contentType: ContentType.html)
            response.fields.append(("Location", "/\(name)"))
            return response
        case .unreadable: return .text(404, "Cannot open file: \(shown)", contentType: ContentType.html)
        case .file(let document): return Self.response(document, whole)
        }
    }

    /// Without the slashes in front.
    private static func name(_ path: Substring) -> Substring { path.drop { $0 == "/" } }

    /// What no name of a file may be, wherever files are.
    static func refusal(_ name: Substring) -> HTTPResponse? {
        let escaped = htmlEscaped(name)
        if !name.utf8.allSatisfy(isPlain) {
            return .text(400, "Filename contains invalid characters: \(escaped)", contentType: ContentType.html)
        }
        if zip(name.utf8, name.utf8.dropFirst()).contains(where: { $0 == (46, 46) }) {
            return .text(400, "Relative filenames are not supported: \(escaped)", contentType: ContentType.html)
        }
        return nil
    }

    /// Where there is no such directory: what would be looked up in it isn't there.
    static func nothing(_ path: Substring) -> HTTPResponse {
        let name = name(path)
        return refusal(name)
            ?? .text(
                404,
                "File does not exist, or is not accessible: \(htmlEscaped(name))",
                contentType: ContentType.html
            )
    }

    private static func response(_ document: Document, _ name: String) -> HTTPResponse {
        var response = HTTPResponse(
            contentType: FileType.of(name),
            body: [],
            isCacheable: true,
            modified: document.modified,
            isFile: true
        )
        response.tag = [document.modified, Int64(document.modifiedNanoseconds), Int64(document.size)]
            .map { String(UInt64(bitPattern: $0), radix: 16) }.joined(separator: "-")
        if document.size > longestWhole {
            response.pieces = HTTPPieces(count: document.size) { document.bytes(at: $0, count: $1) }
        } else if let bytes = document.bytes(at: 0, count: document.size) {
            response.body = bytes
        } else {
            return .text(404, "Cannot open file: \(htmlEscaped(name))", contentType: ContentType.html)
        }
        return response
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
