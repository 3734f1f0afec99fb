import Glibc
import NIOCore
import TestCertificates
import Testing

@testable import Transport

/// Bytes that are changed, cut, doubled or lost on their way: a session ends or waits, and what it delivers was sent.
struct TLSFuzzTests {
    /// A small generator whose seed repeats a failure: `NDSTREAM_SEED=… swift test --filter TLSFuzzTests`.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    private static let text = Array(String(repeating: "STREAM key=1 ", count: 40).utf8)
    /// What a handshake and a goodbye need at most, far below what could hurt.
    private static let outputLimit = 1 << 16

    @Test(arguments: ["1.2", "1.3"])
    func deliversNothingThatWasNotSent(version: String) throws {
        let given = getenv("NDSTREAM_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: .min ... .max)
        var random = Generator(state: seed)
        let server = try TLSContext.server(
            certificate: Certificates.path("valid.pem"),
            key: Certificates.path("valid.key"),
            highestVersion: version
        )
        let client = try TLSContext.client(TLSTrust(file: Certificates.path("ca.pem")))
        var established = 0
        var failed = 0
        for round in 0..<120 {
            let ends = [TLSSession(client: client, name: "parent.example"), TLSSession(server: server)]
            var plain = [ByteBuffer(), ByteBuffer()]
            var hasSent = false
            var total = 0
            let changedFlight = Int.random(in: 0..<7, using: &random)
            do {
                try ends[0].start()
                flights: for flight in 0..<40 {
                    let from = flight % 2
                    if ends[0].isEstablished, !hasSent, from == 0 {
                        hasSent = true
                        try Self.text.withUnsafeBytes { try ends[0].send($0) }
                    }
                    guard var bytes = ends[from].takeOutput().map({ Array($0.readableBytesView) }) else { continue }
                    total += bytes.count
                    if flight == changedFlight { Self.change(&bytes, &random) }
                    try bytes.withUnsafeBytes { try ends[1 - from].receive($0, into: &plain[1 - from]) }
                }
            } catch let error as TLSFailure {
                failed += 1
                #expect(error.firstBytes.count <= TLSSession.rememberedBytes, "seed \(seed) round \(round)")
            }
            if ends[1].isEstablished { established += 1 }
            #expect(Self.text.starts(with: plain[1].readableBytesView), "seed \(seed) round \(round)")
            #expect(plain[0].readableBytes == 0, "seed \(seed) round \(round)")
            #expect(total < Self.outputLimit, "seed \(seed) round \(round)")
        }
        // Both must have happened, or nothing was tried.
        #expect(failed > 10 && established > 10, "seed \(seed): \(failed) failed, \(established) were established")
    }

    private static func change(_ bytes: inout [UInt8], _ random: inout Generator) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[at] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
        case 2: bytes.removeLast(bytes.count - at)
        case 3: bytes.remove(at: at)
        case 4: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: at)
        case 5: bytes += bytes
        // A record's length, as large as it can be.
        default: for place in 3..<min(5, bytes.count) { bytes[place] = 0xff }
        }
    }
}
