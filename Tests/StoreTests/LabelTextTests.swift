import Testing

@testable import Store

/// Keys and values as 1.37.1 showed them when a child had sent them.
@Suite("What is kept of labels (streaming protocol §8.2)")
struct LabelTextTests {
    @Test(
        arguments: [
            ("color", "color"), ("MixedCase9", "mixedcase9"), ("a.b-c/d_e", "a.b-c/d_e"), ("my role", "my_role"),
            ("  a  b ", "a_b"),
            ("k\t\tx", "k_x"), ("a,b;c", "a.b_c"), ("a\\b", "a/b"), ("a:b=c@d", "a_b_c_d"), ("kää1", "k____1"),
            ("k€2", "k__2"),
            ("a_ _", "a___"), ("-x-", "-x-"), ("$x", "_x"),
            (String(repeating: "k", count: 300), String(repeating: "k", count: 199)),
            ("", nil), ("   ", nil), ("%%", nil), ("_", nil), ("ä", nil),
        ] as [(String, String?)]
    )
    func keys(_ sent: String, _ kept: String?) { #expect(LabelText.key(sent) == kept) }

    @Test(arguments: [
        ("red", "red"), ("athens lab", "athens lab"), ("  two   blanks  ", "two blanks"), ("UPPER", "UPPER"),
        ("v,v;v=v", "v.v:v:v"),
        ("v\\v", "v/v"), ("a:b(c)d+e@f", "a:b(c)d+e@f"), ("<b>", "_b_"), ("a%b c&", "a_b c_"), ("vää €", "vää €"),
        ("'q'", "_q_"),
        ("x\ty", "x_y"), ("a\u{1}\u{1}b", "a__b"), ("_ _", "_ _"), ("-", "-"), ("[x]", "_x_"),
        ("", "[none]"), ("   ", "[none]"), ("%%", "[none]"), ("_", "[none]"), ("[none]", "[none]"),
    ])
    func values(_ sent: String, _ kept: String) {
        #expect(LabelText.value(sent) == kept)
        // What came from another parent stays as it is.
        #expect(LabelText.value(kept) == kept)
    }

    @Test func theLastOneOfAKeyCountsInThePlaceOfTheFirst() {
        var labels: [Label] = []
        for (key, value) in [("a", "1"), ("b", "2"), ("a", "3")] {
            labels.take(Label(key: key, value: value, source: 1))
        }
        #expect(labels == [Label(key: "a", value: "3", source: 1), Label(key: "b", value: "2", source: 1)])
    }
}
