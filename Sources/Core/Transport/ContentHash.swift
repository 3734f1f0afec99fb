internal import COpenSSL

/// The SHA-256 of bytes in base64, as a Content-Security-Policy names a script: 44 characters.
public func sha256Base64(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1 else { return "" }
    var text = [UInt8](repeating: 0, count: 4 * Int(length + 2) / 3 + 4)
    let count = EVP_EncodeBlock(&text, digest, Int32(length))
    return String(decoding: text.prefix(Int(count)), as: UTF8.self)
}
