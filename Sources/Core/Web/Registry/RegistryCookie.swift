import Basics
import Transport

/// The cookie by which a registry knows people again: `netdata_registry_id` (web API §10).
enum RegistryCookie: Equatable {
    case none
    /// The browser brings back what it was given to try, or what means nothing here: it keeps cookies.
    case verified
    case person(GUID)

    static let name = "netdata_registry_id"
    /// What a browser is given to see whether it brings it back. As long as a GUID.
    static let trial = "give-me-back-this-cookie-now--please"

    /// The first of this name counts, as in the original. What is no GUID is somebody who is not known: they keep cookies.
    init(_ fields: HTTPFields) {
        let cookies = (fields["Cookie"] ?? "").split(separator: ";")
        let value = cookies.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(Self.name + "=") }?
            .dropFirst(Self.name.utf8.count + 1)
        guard let value, !value.isEmpty else {
            self = .none
            return
        }
        self = GUID(value.prefix { $0 != " " }).map { .person($0) } ?? .verified
    }

    var person: GUID? {
        if case .person(let guid) = self { guid } else { nil }
    }

    /// The two header lines that set it: the second is for dashboards of other sites. Browsers that do not know its attributes
    /// keep the first.
    static func lines(
        _ value: String,
        expires: Int64,
        domain: String,
        isSecure: Bool
    ) -> [(name: String, value: String)] {
        let plain = "\(name)=\(value); Expires=\(httpDate(expires))"
        var second = plain + "; " + (domain.isEmpty ? "" : "Domain=\(domain)")
        if isSecure { second += "; SameSite=None; Secure" }
        return [("Set-Cookie", plain), ("Set-Cookie", second)]
    }
}
