internal import NIOCore
public import Transport

/// What two ends do to each other, without a network: a parent's files meet whom a child believes.
///
/// The handshake is a real one, from memory to memory, so what comes of it is what will come of it.
public enum Material {
    /// - Parameter name: what the child dials.
    public static func handshake(_ server: TLSContext, _ client: TLSContext, name: String) -> Handshake {
        let parent = TLSSession(server: server)
        let child = TLSSession(client: client, name: name)
        do throws(TLSFailure) {
            try child.start()
            // Three flights at most; more would be a fault of ours.
            for _ in 0..<8 {
                let isHello = try pass(child, to: parent, isOurs: false)
                let isAnswer = try pass(parent, to: child, isOurs: true)
                if let facts = child.facts { return Handshake(.established(facts)) }
                if !isHello, !isAnswer { break }
            }
            return Handshake(.failed(child.cut()))
        } catch {
            return Handshake(.failed(error))
        }
    }

    /// - Parameter isOurs: whether it is the child that hears, whose failure counts.
    /// - Returns: whether there was anything.
    private static func pass(_ one: TLSSession, to other: TLSSession, isOurs: Bool) throws(TLSFailure) -> Bool {
        guard let bytes = one.takeOutput() else { return false }
        var plain = ByteBuffer()
        let result = bytes.withUnsafeReadableBytes { bytes -> TLSFailure? in
            do throws(TLSFailure) {
                try other.receive(bytes, into: &plain)
                return nil
            } catch {
                return error
            }
        }
        if let result, isOurs { throw result }
        return true
    }
}
