/// libFuzzer's entry for streams: tokenizer, frames, limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let fault = fuzzStream(UnsafeBufferPointer(start: start, count: count)) { fatalError(fault) }
    return 0
}
