/// A page that is the same for everybody for as long as the node runs: what is in the binary, for example. Its tag and its
/// compressed form are made once, each when somebody needs it.
public struct StaticPage: Sendable {
    /// The answer that brings it. Whoever has it already gets 304.
    public let response: HTTPResponse

    /// - Parameter fields: further header lines.
    public init(contentType: String, body: [UInt8], fields: [(name: String, value: String)] = []) {
        var response = HTTPResponse(contentType: contentType, body: body, isCacheable: true, fields: fields)
        response.tag = Fingerprint.of(body)
        response.compressed = CompressedForm()
        self.response = response
    }
}
