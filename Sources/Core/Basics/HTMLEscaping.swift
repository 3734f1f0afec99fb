/// What may not stand in HTML as it is (web API §2): pages show names, expressions and descriptions as they get them.
public func htmlEscaped(_ text: some StringProtocol) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "/": escaped += "&#x2F;"
        case "'": escaped += "&#x27;"
        default: escaped.unicodeScalars.append(character)
        }
    }
    return escaped
}
