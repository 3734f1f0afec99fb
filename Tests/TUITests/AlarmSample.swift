import Status

/// The sample with health: alarms of every kind, one host whose health is off, one that is away.
func alarmDocument() -> StatusDocument {
    var document = sampleDocument()
    let web = document.hosts[5].guid
    let down = document.hosts[7].guid
    func alarm(
        _ host: String,
        _ hostname: String,
        _ chart: String,
        _ name: String,
        _ status: String,
        ago: Double,
        _ value: String,
        _ info: String
    ) -> StatusDocument.RaisedAlarm {
        var alarm = StatusDocument.RaisedAlarm(
            hostGUID: host,
            hostname: hostname,
            chart: chart,
            name: name,
            status: status
        )
        alarm.sinceAt = sampleNow - ago
        alarm.valueText = value
        alarm.info = info
        alarm.classification = "Utilization"
        alarm.recipient = "sysadmin"
        alarm.source = "12@/etc/netdata/health.d/disks.conf"
        return alarm
    }
    var silenced = alarm(
        document.hosts[6].guid,
        "web-02",
        "net.eth0",
        "1m_received_traffic_overflow",
        "WARNING",
        ago: 90,
        "97.4 %",
        "average inbound utilization of eth0 over the last minute"
    )
    silenced.silenced = true
    var disabled = silenced
    disabled.name = "inbound_packets_dropped_ratio"
    disabled.silenced = false
    disabled.disabled = true
    var alarms = StatusDocument.Alarms(warning: 4, critical: 2, total: 388)
    alarms.raised = [
        alarm(
            down,
            "web-03",
            "system.load",
            "load_average_1",
            "CRITICAL",
            ago: 400,
            "48.2 load",
            "system one-minute load average"
        ),
        alarm(
            web,
            "web-01",
            "disk_space._",
            "disk_space_usage",
            "CRITICAL",
            ago: 3700,
            "98.3 %",
            "disk / space utilization"
        ),
        silenced, disabled,
        alarm(
            document.hosts[3].guid,
            "edge-nyc-7",
            "system.ram",
            "ram_in_use",
            "WARNING",
            ago: 600,
            "91.2 %",
            "system memory utilization"
        ),
        alarm(
            web,
            "web-01",
            "system.cpu",
            "10min_cpu_usage",
            "WARNING",
            ago: 7300,
            "81.5 %",
            "average CPU utilization"
        ),
    ]
    document.alarms = alarms
    for index in document.hosts.indices {
        let own = alarms.raised.filter { $0.hostGUID == document.hosts[index].guid }
        let critical = own.count(where: \.isCritical)
        document.hosts[index].alarms = .init(warning: own.count - critical, critical: critical, total: 60)
    }
    document.hosts[1].alarms = nil
    document.hosts[1].health = "off"
    document.hosts[1].databaseMode = "none"
    document.hosts[7].health = "auto-off"
    return document
}

/// What a node's API tells of the disk alarm of web-01.
let diskAlarm = #"""
    {"hostname":"web-01","latest_alarm_log_unique_id":9,"status":true,"now":1700000100,"alarms":{
    "disk_space._.disk_space_usage":{"id":7,"config_hash_id":"00000000-0000-0000-0000-000000000000",
    "name":"disk_space_usage","chart":"disk_space._","family":"/","class":"Utilization","component":"Disk","type":"System",
    "active":true,"disabled":false,"silenced":false,"exec":"/usr/lib/netdata/plugins.d/alarm-notify.sh",
    "recipient":"sysadmin","source":"12@/etc/netdata/health.d/disks.conf","units":"%","info":"disk / space utilization",
    "status":"CRITICAL","last_status_change":1699996400,"last_updated":1700000095,"next_update":1700000155,
    "update_every":60,"delay_up_duration":60,"delay_down_duration":900,"delay_max_duration":3600,
    "delay_multiplier":1.500000,"delay":60,"delay_up_to_timestamp":1699996460,"warn_repeat_every":"0",
    "crit_repeat_every":"0","value_string":"98.3 %","last_repeat":"0","times_repeat":0,"lookup_dimensions":"avail",
    "db_after":1,"db_before":2,"lookup_method":"average","lookup_after":-60,"lookup_before":0,
    "lookup_options":"percentage unaligned","calc":"100 - $this","calc_parsed":"(100 - ${this})",
    "warn":"$this &gt; (($status &gt;= $WARNING ) ? (80) : (90))","warn_parsed":"",
    "crit":"($this &gt; (($status == $CRITICAL) ? (90) : (98))) &amp;&amp; $avail &lt; 5 &#x2F; 1","crit_parsed":"",
    "green":80,"red":null,"value":98.3}}}
    """#

let diskAlarmLog = #"""
    [{"hostname":"web-01","unique_id":9,"alarm_id":7,"alarm_event_id":3,"name":"disk_space_usage","chart":"disk_space._",
    "command":"sudo /etc/netdata/edit-config health.d/disks.conf=12=web-01","when":1699996400,"status":"CRITICAL",
    "old_status":"WARNING","value_string":"98.1 %","old_value_string":"97.9 %","value":98.1,"old_value":97.9},
    {"hostname":"web-01","unique_id":8,"alarm_id":7,"alarm_event_id":2,"name":"disk_space_usage","chart":"disk_space._",
    "command":"sudo /etc/netdata/edit-config health.d/disks.conf=12=web-01","when":1699990000,"status":"WARNING",
    "old_status":"CLEAR","value_string":"90.2 %","old_value_string":"-","value":90.2,"old_value":null},
    {"hostname":"web-01","unique_id":2,"alarm_id":7,"alarm_event_id":1,"name":"disk_space_usage","chart":"disk_space._",
    "command":"","when":1699000000,"status":"UNINITIALIZED","old_status":"UNINITIALIZED","value_string":"-",
    "old_value_string":"-","value":null,"old_value":null}]
    """#
