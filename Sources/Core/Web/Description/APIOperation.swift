import Transport

/// What there is to know of one address of the API, for programs and people: `openapi.json` is made of these.
struct APIOperation: Sendable {
    /// A parameter of the query.
    struct Parameter: Sendable {
        enum Kind: Sendable {
            case text
            case integer
            /// One of these; anything else counts as the first.
            case words([String])
            /// A bare word: `?all`.
            case mark
        }

        let name: String
        let kind: Kind
        let sentence: String
        let isRequired: Bool

        init(_ name: String, _ kind: Kind, _ sentence: String) {
            self.name = name
            self.kind = kind
            self.sentence = sentence
            isRequired = false
        }

        /// One that takes any text.
        init(_ name: String, isRequired: Bool = false, _ sentence: String) {
            self.name = name
            kind = .text
            self.sentence = sentence
            self.isRequired = isRequired
        }
    }

    /// As ``Endpoint/command``.
    let command: String
    let method: HTTPRequest.Method
    let sentence: String
    let parameters: [Parameter]
    /// `Content-Type` of what is answered with 200, without its parameters.
    let types: [String]
    /// Besides 200 and 403, with the reason.
    let refusals: [(status: Int, reason: String)]
    /// Whether the key of the management API has to be sent.
    let needsKey: Bool

    init(
        _ command: String,
        _ sentence: String,
        _ parameters: [Parameter] = [],
        method: HTTPRequest.Method = .get,
        types: [String] = ["application/json"],
        refusals: [(status: Int, reason: String)] = [],
        needsKey: Bool = false
    ) {
        self.command = command
        self.method = method
        self.sentence = sentence
        self.parameters = parameters
        self.types = types
        self.refusals = refusals
        self.needsKey = needsKey
    }
}
