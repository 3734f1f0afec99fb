// What can be wrong with the files of health.d (health §1–§4).

extension Condition {
    public static let healthNoColon = Condition(
        "ND-A1",
        .error,
        "Health configuration at line {line} of file '{file}' has no ':' and is ignored: '{text}'.",
        recognised: [
            "Health configuration has invalid line {line} of file '{file}'. It does not contain a ':'. Ignoring it."
        ],
        sentence: "A line of a health.d file is no `key: value`.",
        causes: ["a comment without # at its beginning", "a line that should continue the one before lacks its `\\`"],
        fix: ["write it as `key: value`, or begin it with #"]
    )

    public static let healthNothingBefore = Condition(
        "ND-A2",
        .error,
        "Health configuration at line {line} of file '{file}' has key '{key}' before any alarm or template. Ignoring it.",
        sentence: "A key stands where no alarm has begun yet.",
        causes: ["the entry's first line is missing, or comes later"],
        fix: ["begin the entry with `alarm: NAME` or `template: NAME`"]
    )

    public static let healthUnknownKey = Condition(
        "ND-A3",
        .error,
        "Health configuration at line {line} of file '{file}' for alarm '{alarm}' has unknown key '{key}'.",
        sentence: "An alarm has a key that means nothing there.",
        causes: ["a spelling mistake", "`charts` and `families` are for templates only"],
        fix: ["correct the key, or remove the line"]
    )

    public static let healthEmpty = Condition(
        "ND-A4",
        .error,
        "Health configuration at line {line} of file '{file}' has an empty key or value. Ignoring it.",
        sentence: "A line of a health.d file has nothing before its colon, or nothing behind it.",
        causes: ["a line that was begun and not finished"],
        fix: ["give it a value, or remove the line"]
    )

    public static let healthRepeatedKey = Condition(
        "ND-A5",
        .warning,
        "Health configuration at line {line} of file '{file}' for alarm '{alarm}' has key '{key}' twice, once with value '{before}' and later with value '{value}'. Using ('{value}').",
        sentence: "An alarm says the same thing twice, differently; the later line counts.",
        causes: ["an entry was copied and the old line stayed"],
        fix: ["remove one of the two lines"]
    )

    public static let healthUnparsableExpression = Condition(
        "ND-A6",
        .error,
        "Health configuration at line {line} of file '{file}' for alarm '{alarm}' at key '{key}' has unparse-able expression '{expression}': {reason} at '{rest}'",
        sentence: "An expression of an alarm is not understood; the alarm goes without it.",
        causes: [
            "a parenthesis is missing", "a word that is no operator: AND, OR, NOT, abs( are known",
            "a variable lacks its $",
        ],
        fix: ["correct the expression; parentheses make `a ? b : c` and mixed AND and OR mean what you want"]
    )

    public static let healthLookup = Condition(
        "ND-A7",
        .error,
        "Health configuration at line {line} of file '{file}' for alarm '{alarm}' at key 'lookup' has {problem}: '{text}'.",
        sentence: "A lookup of an alarm is not understood.",
        causes: ["an unknown method or option", "the duration is missing: `lookup: average -10m`"],
        fix: ["lookup: METHOD -DURATION [at -DURATION] [every DURATION] [OPTIONS] [of DIMENSIONS] [foreach DIMENSIONS]"]
    )

    public static let healthDuration = Condition(
        "ND-A8",
        .error,
        "Health configuration at line {line} of file '{file}' for alarm '{alarm}' at key '{key}' has an unparse-able value '{value}'.",
        sentence: "A duration or a number of an alarm is not understood; the line is ignored.",
        causes: ["a word where a number belongs"],
        fix: ["durations are a number and s, m, h, d or w: 90s, 1.5h"]
    )

    public static let healthUnknownOption = Condition(
        "ND-A9",
        .warning,
        "Ignoring unknown alarm option '{option}' of alarm '{alarm}' at line {line} of file '{file}'.",
        recognised: ["Ignoring unknown alarm option '{option}'"],
        sentence: "An alarm has an option that means nothing.",
        causes: ["a spelling mistake"],
        fix: ["options: no-clear-notification is the only one"]
    )

    public static let healthNoChart = Condition(
        "ND-A10",
        .error,
        "Health configuration for alarm '{alarm}' does not have a chart",
        sentence: "An alarm doesn't say what it watches; it is ignored.",
        causes: ["the line `on:` is missing or commented out"],
        fix: ["add `on: CHART` to an alarm, `on: CONTEXT` to a template"]
    )

    public static let healthNoFrequency = Condition(
        "ND-A11",
        .error,
        "Health configuration for alarm '{chart}.{alarm}' has no frequency (parameter 'every'). Ignoring it.",
        sentence: "An alarm doesn't say how often it is evaluated; it is ignored.",
        causes: ["the line `every:` is missing, or zero"],
        fix: ["add `every: 10s`, or a lookup with a duration"]
    )

    public static let healthUseless = Condition(
        "ND-A12",
        .error,
        "Health configuration for alarm '{chart}.{alarm}' is useless (no db lookup, no calculation, no warning and no critical expressions)",
        sentence: "An alarm evaluates nothing; it is ignored.",
        causes: ["its expressions are missing, or were not understood"],
        fix: ["add lookup, calc, warn or crit"]
    )

    public static let healthRenamed = Condition(
        "ND-A13",
        .warning,
        "Health configuration renamed alarm '{before}' to '{alarm}'",
        sentence: "An alarm's name has signs that names can't have; they became underscores.",
        causes: ["blanks, dashes or other signs in the name"],
        fix: ["use letters, digits, dots and underscores"]
    )

    public static let healthTooLong = Condition(
        "ND-A14",
        .error,
        "Health configuration at line {line} of file '{file}' is longer than {limit} bytes. Ignoring it.",
        sentence: "A line of a health.d file is too long, with those that continue it.",
        causes: ["a file that is no health configuration"],
        fix: ["shorten it"]
    )
}

extension Catalogue {
    static let health: [Condition] = [
        .healthNoColon, .healthNothingBefore, .healthUnknownKey, .healthEmpty, .healthRepeatedKey,
        .healthUnparsableExpression, .healthLookup, .healthDuration, .healthUnknownOption, .healthNoChart,
        .healthNoFrequency, .healthUseless, .healthRenamed, .healthTooLong,
    ]
}
