import Transport

/// What of the original's API is for its cloud: that there is none here (web API §4).
enum CloudEndpoint {
    /// `aclk`: the link to the cloud.
    @Sendable static func link(_ request: EndpointRequest) -> HTTPResponse {
        HTTPResponse(contentType: ContentType.json, body: Array("{\"aclk-available\":false}".utf8))
    }

    /// `function`, `functions`: what collectors can be told to do. Ordinary clients may not ask, in the original neither; nor does
    /// ndstream pass anything on to a collector.
    @Sendable static func functions(_ request: EndpointRequest) -> HTTPResponse { .forbidden }
}
