#!/bin/sh
# Runs libFuzzer with AddressSanitizer on the wire: Fuzz/run.sh [seconds per target, 30] [stream|request …]
# What it finds is left in .build/fuzz; put it into Fuzz/corpus/<target> once it is understood: the tests replay that.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-30}
[ $# -eq 0 ] || shift
out=.build/fuzz
mkdir -p "$out"
compile="swiftc -O -swift-version 6 -parse-as-library -sanitize=fuzzer,address -I $out -I Sources/CLZ4"
for module in Basics Diagnostics Wire; do
    $compile -emit-module -emit-module-path "$out/$module.swiftmodule" -module-name "$module" \
        -emit-library -static -o "$out/lib$module.a" Sources/Core/$module/*.swift
done
for target in ${*:-stream request}; do
    entry=Fuzz/$(echo "$target" | cut -c1 | tr '[:lower:]' '[:upper:]')$(echo "$target" | cut -c2-).swift
    $compile -module-name fuzzer "$entry" \
        Tests/WireTests/FuzzTargets.swift Tests/WireTests/RecordingSink.swift Tests/WireTests/ReferenceTokenizer.swift \
        -L "$out" -lWire -lDiagnostics -lBasics -llz4 -o "$out/$target"
    mkdir -p "$out/$target-found"
    "$out/$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 -artifact_prefix="$out/$target-" \
        "$out/$target-found" "Fuzz/corpus/$target"
done
