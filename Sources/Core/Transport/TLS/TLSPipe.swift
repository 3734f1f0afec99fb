internal import COpenSSL

/// Where the library reads and writes: the bytes that its session was given and those it gives, without a copy between.
enum TLSPipe {
    /// A `BIO_METHOD *`, made once.
    struct Method: @unchecked Sendable { let pointer: OpaquePointer }

    static let method: Method = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ndstream")!
        BIO_meth_set_create(method) { bio in
            BIO_set_init(bio, 1)
            return 1
        }
        BIO_meth_set_read_ex(method) { bio, data, length, count in
            nd_clear_retry(bio)
            guard let session = TLSPipe.session(bio), let data, let count else { return 0 }
            count.pointee = session.take(UnsafeMutableRawBufferPointer(start: data, count: length))
            if count.pointee == 0 { nd_retry_read(bio) }
            return count.pointee > 0 ? 1 : 0
        }
        BIO_meth_set_write_ex(method) { bio, data, length, count in
            nd_clear_retry(bio)
            guard let session = TLSPipe.session(bio), let data else { return 0 }
            session.give(UnsafeRawBufferPointer(start: data, count: length))
            count?.pointee = length
            return 1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return Method(pointer: method)
    }()

    private static func session(_ bio: OpaquePointer?) -> TLSSession? {
        BIO_get_data(bio).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }
}
