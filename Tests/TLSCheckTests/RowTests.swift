import Config
import Testing

@testable import TLSCheck

@Suite struct RowTests {
    @Test func aPairIsInOneRowAtMost() {
        func number(_ tls: Bool, _ mode: BindAddress.Encryption, _ encrypts: Bool, _ skips: Bool) -> Int? {
            Row.of(parentHasTLS: tls, mode: mode, childEncrypts: encrypts, childSkips: skips)?.number
        }
        for mode in [BindAddress.Encryption.standard, .optional, .force] {
            #expect(number(false, mode, false, false) == 1)
            #expect(number(false, mode, true, false) == nil)
            #expect(number(true, mode, true, false) == 4)
            #expect(number(true, mode, true, true) == 5)
        }
        #expect(number(true, .force, false, false) == 2)
        #expect(number(true, .standard, false, false) == 3)
        #expect(number(true, .optional, false, false) == 3)
        // Without :SSL there is nothing to verify.
        #expect(number(true, .optional, false, true) == 3)
    }
}
