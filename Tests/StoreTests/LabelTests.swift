import Testing

@testable import Store

@Suite struct LabelTests {
    /// Sources as they come over the wire, and for which option 1.37.1 sends such a label to other databases.
    @Test(
        arguments: [
            (0, false, false), (1, false, true), (2, true, false), (3, true, true), (4, false, false), (5, false, true),
            (6, true, false), (0x2000_0002, true, false),
        ] as [(UInt32, Bool, Bool)]
    )
    func whoMeansIt(_ source: UInt32, _ isConfigured: Bool, _ isAutomatic: Bool) {
        let label = Label(key: "key", value: "value", source: source)
        #expect(label.isMeant(configured: true, automatic: false) == isConfigured)
        #expect(label.isMeant(configured: false, automatic: true) == isAutomatic)
        #expect(label.isMeant(configured: true, automatic: true) == (isConfigured || isAutomatic))
        #expect(!label.isMeant(configured: false, automatic: false))
    }
}
