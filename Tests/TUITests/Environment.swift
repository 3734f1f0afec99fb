import Glibc

enum Environment {
    static let isRecording = getenv("NDSTREAM_RECORD") != nil
}
