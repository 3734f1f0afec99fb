import Glibc

// What the pieces cost by themselves: swift run -c release MicroBenchmarks [tokenizer] [ingest] [query] [memory]
let benchmarks: [(name: String, run: () -> Void)] = [
    ("tokenizer", benchmarkTokenizer), ("ingest", benchmarkIngest), ("query", benchmarkQuery),
    ("memory", benchmarkMemory), ("store", benchmarkStore),
]
let wanted = CommandLine.arguments.dropFirst()
// For startup.py.
if wanted.first == "make-store" {
    makeStore()
    exit(0)
}
if wanted.first == "health" {
    benchmarkHealth(Array(wanted.dropFirst()))
    exit(0)
}
for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) { benchmark.run() }
