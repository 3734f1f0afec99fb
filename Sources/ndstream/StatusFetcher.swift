import Basics
import Glibc
import Status
import Synchronization
import System
import TUI

/// Fetches what a screen needs on a thread of its own, so that a slow node never keeps a key waiting.
final class StatusFetcher: Sendable {
    enum News: Sendable {
        case document(StatusDocument)
        case failure(StatusFailure)
        case charts(ChartNews)
        case alarm(AlarmNews)
        /// What came of something the user wanted done.
        case said(String, isBad: Bool)
    }

    private struct Order {
        var interval: Double
        var wanted: ChartRequest?
        var wantedAlarm: AlarmKey?
        /// Hosts to be forgotten.
        var forget: [String] = []
        var isAsked = false
    }

    /// News that nobody takes is not kept without end: the oldest goes.
    private static let newsLimit = 256

    private let source: StatusSource
    private let news = Mutex<[News]>([])
    private let order: Mutex<Order>
    private let newsWakeup: Wakeup
    private let askWakeup: Wakeup

    init(_ source: StatusSource, interval: Double) throws {
        self.source = source
        order = Mutex(Order(interval: interval))
        newsWakeup = try Wakeup()
        askWakeup = try Wakeup()
    }

    /// Readable when there is news.
    var newsDescriptor: Int32 { newsWakeup.descriptor }

    /// Seconds between two documents.
    var interval: Double {
        get { order.withLock { $0.interval } }
        set {
            change {
                $0.interval != newValue
            } to: {
                $0.interval = newValue
            }
        }
    }

    /// The charts that are seen; another wish is fulfilled at once.
    var wanted: ChartRequest? {
        get { order.withLock { $0.wanted } }
        set {
            change {
                $0.wanted != newValue
            } to: {
                $0.wanted = newValue
            }
        }
    }

    /// The alarm that is looked at.
    var wantedAlarm: AlarmKey? {
        get { order.withLock { $0.wantedAlarm } }
        set {
            change {
                $0.wantedAlarm != newValue
            } to: {
                $0.wantedAlarm = newValue
            }
        }
    }

    func askNow() {
        order.withLock { $0.isAsked = true }
        askWakeup.signal()
    }

    func forget(_ guids: [String]) {
        order.withLock { $0.forget += guids }
        askWakeup.signal()
    }

    func take() -> [News] {
        newsWakeup.drain()
        return news.withLock { news in
            defer { news = [] }
            return news
        }
    }

    func start() {
        Threads.start(name: "status") { [self] in
            let client = StatusClient(source)
            let charts = ChartReader(client)
            let alarms = AlarmReader(client)
            var due = 0.0
            while true {
                let order = takeOrder()
                for guid in order.forget { tell(forgetting(guid, client)) }
                if order.isAsked || !order.forget.isEmpty || now() >= due {
                    due = now() + order.interval
                    tell(fetch(client))
                }
                if let wanted = order.wantedAlarm { alarms.read(wanted) { self.tell(.alarm($0)) } }
                if let wanted = order.wanted {
                    charts.read(wanted, isStillWanted: { self.wanted == wanted }, tell: { self.tell(.charts($0)) })
                }
                wait(until: order.wanted == nil && order.wantedAlarm == nil ? due : min(due, now() + 1))
            }
        }
    }

    private func takeOrder() -> Order {
        order.withLock { order in
            defer {
                order.forget = []
                order.isAsked = false
            }
            return order
        }
    }

    private func fetch(_ client: StatusClient) -> News {
        do throws(StatusFailure) {
            return .document(try client.fetch().document)
        } catch {
            return .failure(error)
        }
    }

    private func forgetting(_ guid: String, _ client: StatusClient) -> News {
        do throws(StatusFailure) {
            return .said(try client.forget(guid), isBad: false)
        } catch {
            return .said(error.sentence, isBad: true)
        }
    }

    private func tell(_ item: News) {
        news.withLock { news in
            if news.count >= Self.newsLimit { news.removeFirst() }
            news.append(item)
        }
        newsWakeup.signal()
    }

    private func wait(until due: Double) {
        var asked = pollfd(fd: askWakeup.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&asked, 1, Int32(max(0, (due - now()) * 1000).rounded(.up)))
        askWakeup.drain()
    }

    private func change(_ isOther: (Order) -> Bool, to apply: (inout Order) -> Void) {
        let isChanged = order.withLock { order in
            let isChanged = isOther(order)
            if isChanged { apply(&order) }
            return isChanged
        }
        if isChanged { askWakeup.signal() }
    }

    private func now() -> Double { Double(SystemClock().now()) / 1_000_000 }
}

/// Reads the charts that a screen shows from a node's API.
private final class ChartReader {
    private let client: StatusClient
    private var host: String?
    private var listedAt = -Double.infinity
    /// Where a list that took too long goes on.
    private var next = 0

    /// A host may get new charts at any time.
    private static let listSeconds = 30.0
    /// For the charts of one round: a slow line shows some of them each time.
    private static let budget = 0.8

    init(_ client: StatusClient) { self.client = client }

    /// - Parameter isStillWanted: asked between two questions; another host or chart need not wait for this one.
    func read(_ request: ChartRequest, isStillWanted: () -> Bool, tell: (ChartNews) -> Void) {
        let start = now()
        do throws(StatusFailure) {
            if host != request.host || start - listedAt >= Self.listSeconds { try list(request.host, tell) }
            if let zoom = request.zoom { return try read(zoom, of: request.host, tell) }
            for offset in request.visible.indices {
                let chart = request.visible[(next + offset) % request.visible.count]
                let path = path(request.host, chart, "after=-60&points=60")
                if let data = try? APIData(json: try client.get(path)) {
                    tell(.minute(host: request.host, chart: chart, data))
                }
                guard isStillWanted() else { return }
                guard now() - start < Self.budget else {
                    next = (next + offset + 1) % request.visible.count
                    return
                }
            }
            next = 0
        } catch {
            tell(.failure(host: request.host, error.sentence))
        }
    }

    private func list(_ host: String, _ tell: (ChartNews) -> Void) throws(StatusFailure) {
        let json = try client.get("/host/\(host)/api/v1/charts")
        do throws(StatusReadError) {
            tell(.list(host: host, try APICharts(json: json)))
        } catch {
            throw StatusFailure(sentence: "the list of charts is not understood: \(error)", status: .unavailable)
        }
        self.host = host
        listedAt = now()
        next = 0
    }

    private func read(
        _ zoom: ChartRequest.Zoom,
        of host: String,
        _ tell: (ChartNews) -> Void
    ) throws(StatusFailure) {
        let time = zoom.end.map { "after=\($0 - zoom.seconds)&before=\($0)" } ?? "after=-\(zoom.seconds)"
        let json = try client.get(path(host, zoom.chart, time + "&points=\(min(zoom.points, zoom.seconds))"))
        do throws(StatusReadError) {
            tell(.zoom(host: host, zoom, try APIData(json: json)))
        } catch {
            throw StatusFailure(sentence: "the points are not understood: \(error)", status: .unavailable)
        }
    }

    private func path(_ host: String, _ chart: String, _ query: String) -> String {
        "/host/\(host)/api/v1/data?chart=\(PercentEncoding.encode(chart))&format=json&group=average&\(query)"
    }

    private func now() -> Double { Double(SystemClock().now()) / 1_000_000 }
}
