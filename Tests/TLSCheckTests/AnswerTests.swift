import Diagnostics
import Testing

@testable import TLSCheck

@Suite struct AnswerTests {
    private func expect(
        _ text: String,
        closed: Bool = true,
        _ kind: Answer.Kind,
        _ words: String,
        location: SourceLocation = #_sourceLocation
    ) {
        let answer = Answer(Array(text.utf8), isClosed: closed)
        #expect(answer.kind == kind, sourceLocation: location)
        #expect(answer.words == words, sourceLocation: location)
    }

    @Test func aNode() {
        expect(
            "HTTP/1.1 200 OK\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\n\r\n{}",
            .node,
            "Netdata v1.37.1"
        )
        expect("HTTP/1.1 403 Forbidden\r\nserver:ndstream/1\r\n\r\n", .node, "ndstream/1")
        let own =
            "HTTP/1.1 200 OK\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\n\r\n{\n\t\"version\": \"v1.37.1\","
        expect(own + "\n\t\"ndstream-version\": \"v1.2.0\",\n}", .node, "ndstream v1.2.0")
        // Behind a proxy.
        expect("HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n{\"mirrored_hosts\":[]}", .node, "nginx")
    }

    @Test func aStranger() {
        expect(
            "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n",
            .web,
            "a web server, nginx/1.22.1"
        )
        expect("HTTP/1.0 200 ok\r\n\r\n<html>", .web, "a web server")
        expect("SSH-2.0-\u{1b}[2Jx\r\n", .other("SSH-2.0-\\x1b[2Jx"), "something that says 'SSH-2.0-\\x1b[2Jx'")
        expect("", .closed, "closed without a word")
        expect("", closed: false, .silent, "silent")
        expect("\u{15}\u{3}\u{1}", .tls, "TLS and nothing else")
    }

    @Test func whoWantsTLS() {
        expect(
            "HTTP/1.1 301 Moved Permanently\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\nLocation: https://a/\r\n\r\n",
            .wantsTLS,
            "Netdata v1.37.1: plain requests are sent to https"
        )
    }

    @Test func theVersionsThatGivePlainChildrenNoAnswer() {
        func has(_ server: String) -> Bool {
            Answer(.node, server: "Netdata Embedded HTTP Server \(server)").hasPlainDefect
        }
        #expect(has("v1.37.1") && has("v1.34.0") && has("v1.39.9"))
        #expect(!has("v1.33.1") && !has("v1.40.0") && !has("v2.11.0") && !has("") && !has("v1"))
        #expect(!Answer(.node, server: "ndstream v1.37.1").hasPlainDefect)
    }

    @Test func whatIsSaidToARequestToStream() {
        func answer(_ text: String, closed: Bool = true) -> StreamAnswer {
            StreamAnswer(Array(text.utf8), isClosed: closed)
        }
        #expect(
            answer("Hit me baby, push them over with the version=5") == StreamAnswer(.accepted, "accepted, version 5")
        )
        #expect(answer("").meaning == .closed)
        #expect(answer("", closed: false).meaning == .silent)
        #expect(answer("HTTP/1.1 400 Bad Request\r\n\r\n") == StreamAnswer(.http, "answered HTTP 400"))
        let denied = answer("You are not permitted to access this. Check the logs for more info.")
        #expect(denied == StreamAnswer(.refused(.parentDenied), "key or address refused"))
        #expect(denied.isFromParent)
        #expect(!answer("SSH-2.0\r\n").isFromParent)
    }
}
