/// libFuzzer's entry for requests and replies.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let fault = fuzzRequest(UnsafeBufferPointer(start: start, count: count)) { fatalError(fault) }
    return 0
}
