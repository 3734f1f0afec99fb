/// Codes as one types them: `ND-F7,ND-C*`, in any case, `F7` for short.
public struct CodePattern: Sendable, Equatable {
    /// What is no code and begins none.
    public struct Unknown: Error, Equatable {
        public let word: String

        public init(word: String) { self.word = word }
    }

    private var codes: Set<String> = []
    private var beginnings: [String] = []

    /// - Parameter text: separated by commas or blanks; a `*` at the end stands for whatever follows.
    /// - Throws: ``Unknown`` for a word that no code of the catalogue matches, and for no word at all.
    public init(_ text: String) throws(Unknown) {
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            let upper = word.uppercased()
            let full = upper.hasPrefix("ND-") ? upper : "ND-" + upper
            let beginning = String(full.dropLast())
            if full.hasSuffix("*"), Catalogue.all.contains(where: { $0.code.hasPrefix(beginning) }) {
                beginnings.append(beginning)
            } else if Catalogue.condition(code: full) != nil {
                codes.insert(full)
            } else {
                throw Unknown(word: String(word))
            }
        }
        if codes.isEmpty, beginnings.isEmpty { throw Unknown(word: text) }
    }

    public func matches(_ condition: Condition?) -> Bool {
        guard let code = condition?.code else { return false }
        return codes.contains(code) || beginnings.contains { code.hasPrefix($0) }
    }
}
