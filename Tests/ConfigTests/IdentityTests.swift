import Basics
import Testing

@testable import Config

private let file = "/var/lib/ndstream/agent/registry/netdata.public.unique.id"

@Suite struct IdentityTests {
    @Test(arguments: [machine, machine.uppercased(), machine + "\n", " \(machine)\r\n"])
    func aGUIDIsKept(_ text: String) {
        let identity = MachineIdentity(content: Array(text.utf8))
        #expect(identity == .known(GUID(machine)!))
        #expect(identity.finding(file: file) == nil)
    }

    @Test func withoutAFileOneIsMade() {
        #expect(MachineIdentity(content: nil) == .new(because: .missing))
        #expect(MachineIdentity(content: nil).finding(file: file) == nil)
    }

    @Test(arguments: ["", "x", String(machine.dropLast()), machine + "0", "{\(machine)}", "\0"])
    func anythingElseIsReplaced(_ text: String) {
        let identity = MachineIdentity(content: Array(text.utf8))
        guard case .new(because: .invalid) = identity else {
            Issue.record("\(identity)")
            return
        }
        #expect(identity.finding(file: file)?.message.hasPrefix("Failed to validate machine GUID '") == true)
    }

    @Test(arguments: ["8a795b0c-2311-11e6-8563-000c295076a6", "4AED1458-1c3e-11e6-a53f-000c290fc8f5"])
    func theOnesOfOldPackagesAreReplaced(_ text: String) {
        #expect(MachineIdentity(content: Array(text.utf8)) == .new(because: .banned(GUID(text)!)))
        #expect(MachineIdentity(content: Array(text.utf8)).finding(file: file)?.short == "ND-K56")
    }

    @Test func aFileHoldsTheGUIDAndNothingElse() {
        #expect(MachineIdentity.content(of: GUID(machine)!) == Array(machine.utf8))
    }

    @Test func aCopyOnAnotherMachineLooksCloned() {
        let here = Array("0123456789abcdef0123456789abcdef\n".utf8)
        let there = Array("0123456789abcdef0123456789abcdee\n".utf8)
        let print = Array(MachineIdentity.fingerprint(machineID: there).utf8)
        let identity = MachineIdentity(content: Array(machine.utf8))
        func finding(_ fingerprint: [UInt8]?, _ machineID: [UInt8]?) -> String? {
            identity.cloneFinding(fingerprint: fingerprint, machineID: machineID, file: file)?.short
        }
        #expect(finding(print, here) == "ND-K57")
        #expect(finding(print, there) == nil)
        #expect(finding(print + [10], there) == nil)
        #expect(finding(nil, here) == nil)
        #expect(finding(print, nil) == nil)
        #expect(finding([], here) == nil)
        #expect(print.count == 32)
    }
}
