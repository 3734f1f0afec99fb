import Basics
import Testing
import Transport

@testable import Web

/// The captured conversation with a registry, in the order in which it was held.
struct GoldenRegistryTests {
    static let captured = [
        "registry-hello", "registry-hello-child", "registry-access-verifycookie", "registry-access-nocookie",
        "registry-access-cookie", "registry-search", "registry-delete-own", "registry-delete", "registry-switch",
        "registry-switch-bad", "registry-access-missing",
    ]

    /// What this node says otherwise: there is no cloud, and nobody counts its users.
    private static let differences = [
        ("\"cloud_base_url\": \"https://app.netdata.cloud\"", "\"cloud_base_url\": \"about:blank#\""),
        ("\"anonymous_statistics\": true", "\"anonymous_statistics\": false"),
    ]

    @Test func answersAsTheOriginal() {
        let person = GUID("bc188b0c-aa78-4bfa-96eb-d93e1642fdcb")!
        let bench = RegistryBench(persons: [WebBench.goldenGUID, person])
        // Somebody was there before.
        bench.visit(nil, RegistryBench.other, "http://127.0.0.1:20300/host/nd-b/")
        for name in Self.captured {
            let pair = GoldenPair(folder: "live", name: name)
            let response = bench.web.get(pair.target, fields: pair.asked)
            let expected = Self.differences.reduce(pair.body) { $0.replacing($1.0, with: $1.1) }
            #expect(response.bodyText == expected, "\(name)")
            #expect(response.status == pair.status, "\(name)")
            #expect(response.contentType == pair.field("Content-Type"))
            #expect(response.fields.filter { $0.name == "Set-Cookie" }.map(\.value) == pair.fields("Set-Cookie"))
            #expect(!response.isCacheable)
        }
        let all = GoldenPair.names(in: "live").filter { $0.hasPrefix("registry") }
        #expect(Set(Self.captured + ["registry-noaction"]) == Set(all))
    }
}
