import System
import TestCertificates
import Testing

/// An agent, a proxy and a parent of ours, each connected to the next with TLS.
@Suite(.serialized)
struct EncryptedChainTests {
    private func web(_ port: Int, questions: Int) -> String {
        """
        [web]
            ssl key = \(Certificates.path("valid.key"))
            ssl certificate = \(Certificates.path("valid.pem"))
            bind to = 127.0.0.1:\(port)=streaming^SSL=force 127.0.0.1:\(questions)=dashboard^SSL=optional
        """
    }

    private func stream(to port: Int) -> String {
        """

        [stream]
            enabled = yes
            destination = localhost:\(port):SSL
            api key = \(RealNetdata.key)
            CAfile = \(Certificates.path("ca.pem"))
            ssl verify hostname = yes
            reconnect delay seconds = 1
        """
    }

    @Test func threeNodes() throws {
        let (port, questions, proxyPort, proxyQuestions) = (freePort(), freePort(), freePort(), freePort())
        let parent = try NodeUnderTest(
            .parent(port: port, extra: web(port, questions: questions)),
            port: questions
        )
        var options = NodeUnderTest.Options.parent(port: proxyPort, extra: web(proxyPort, questions: proxyQuestions))
        options.configuration.replace("hostname = parent", with: "hostname = proxy")
        options.stream += stream(to: port)
        let proxy = try NodeUnderTest(options, port: proxyQuestions)
        let agentPort = freePort()
        var agentOptions = NodeUnderTest.Options.agent(destination: proxyPort, port: agentPort)
        agentOptions.stream = stream(to: proxyPort)
        let agent = try NodeUnderTest(agentOptions, port: agentPort)
        let arrived = try eventually(withinSeconds: 40) {
            try parent.hosts().contains("agent") && parent.charts(of: "agent").keys.contains("system.cpu")
        }
        #expect(arrived, "\(agent.log.suffix(2000)) \(proxy.log.suffix(2000))")
        // The proxy's own host and the agent's are two links of one kind.
        var links: [JSONValue] = []
        let areEncrypted = try eventually(withinSeconds: 20) {
            links = try JSONValue(proxy.get("/api/v1/streaming"))["links"].items
            return links.count == 2
                && links.allSatisfy { $0["tls"]["version"].text == "TLSv1.3" && $0["tls"]["verified"] == .bool(true) }
        }
        #expect(areEncrypted, "\(links)")
        // What is collected before the first connection stands is said to be lost.
        for node in [agent, proxy, parent] {
            #expect(node.log.split(separator: "\n").allSatisfy { !$0.contains("ERROR") || $0.contains("not ready") })
        }
    }
}
