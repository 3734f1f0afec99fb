import Config
import Testing

@Suite struct HealthSettingsTests {
    @Test func defaultsAreThoseOfTheOriginal() {
        let health = load().health
        #expect(health.isEnabled && health.foldsLostChildren)
        #expect(health.repeatWarning == 0 && health.repeatCritical == 0)
        #expect(health.entriesInMemory == 1000 && health.linesPerLogFile == 2000)
        #expect(health.evaluatesAtLeastEvery == 10 && health.postponesAfterHibernation == 60)
        #expect(health.notificationTimeout == 60)
        #expect(health.ownHandler == nil)
        #expect(health.silencersFile == health.stateDirectory + "/health.silencers.json")
        #expect(health.userDirectory == health.configDirectory + "/health.d")
        #expect(health.stockDirectory?.hasSuffix("/health.d") == true)
    }

    @Test func allOfItCanBeSet() {
        let configuration = load(
            netdata: """
                [directories]
                health config = /h/user
                stock health config = /h/stock
                plugins = "/p/one" "/p/two"
                [logs]
                health = none
                [health]
                enabled = no
                default repeat warning = 1h
                default repeat critical = 300
                in memory max health log entries = 50
                rotate log every lines = 500
                run at least every seconds = 5
                postpone alarms during hibernation for seconds = 30
                notification timeout = 2m
                fold alarms of a lost child = no
                silencers file = /h/silencers.json
                enable stock health configuration = no
                is ephemeral = no
                has unstable connection = no
                """
        )
        let health = configuration.health
        #expect(configuration.problems.isEmpty, "\(configuration.problems)")
        #expect(!health.isEnabled && !health.foldsLostChildren && health.stockDirectory == nil)
        #expect(health.repeatWarning == 3600 && health.repeatCritical == 300)
        #expect(health.entriesInMemory == 50 && health.linesPerLogFile == 500)
        #expect(health.evaluatesAtLeastEvery == 5 && health.postponesAfterHibernation == 30)
        #expect(health.notificationTimeout == 120)
        #expect(health.userDirectory == "/h/user" && health.silencersFile == "/h/silencers.json" && health.log == .off)
        #expect(health.handler { $0 == "/p/two/alarm-notify.sh" } == "/p/two/alarm-notify.sh")
        #expect(health.handler { _ in true } == "/p/one/alarm-notify.sh", "the first counts")
        #expect(health.handler { _ in false } == nil)
    }

    @Test(arguments: [("/x/y.sh", "/x/y.sh"), ("", nil)])
    func theHandlerIsWhatSomebodySays(_ text: String, _ handler: String?) {
        let health = load(netdata: "[health]\nscript to execute on alarm = \(text)").health
        #expect(health.handler { _ in true } == handler)
    }

    @Test func numbersHaveLimits() {
        let health = load(
            netdata:
                "[health]\nrun at least every seconds = 0\nnotification timeout = 99999\nrotate log every lines = 1"
        ).health
        #expect(
            health.evaluatesAtLeastEvery == 1 && health.notificationTimeout == 3600 && health.linesPerLogFile == 100
        )
    }

    @Test func alarmsOfChildrenNeedNoneOfTheNodes() {
        let key = "[11111111-2222-3333-4444-000000000001]\nenabled = yes\n"
        #expect(load().mayHaveAlarms)
        #expect(!load(netdata: "[health]\nenabled = no", stream: key).mayHaveAlarms)
        #expect(
            load(netdata: "[health]\nenabled = no", stream: key + "health enabled by default = auto").mayHaveAlarms
        )
        let none = load(netdata: "[db]\nmode = none", stream: key + "health enabled by default = yes")
        #expect(!none.mayHaveAlarms)
    }
}
