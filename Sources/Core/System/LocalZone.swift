import Glibc

/// The zone of this machine, or of `TZ`.
public enum LocalZone {
    /// Seconds that local time is ahead of UTC when local clocks show `wall`: date and time of the day as seconds since 1970,
    /// as if they were UTC's. Of an hour that comes twice, one of both.
    public static func secondsAhead(wall: Int64) -> Int64 {
        var seconds = time_t(wall)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        parts.tm_isdst = -1
        let local = mktime(&parts)
        return local == -1 ? 0 : wall - Int64(local)
    }
}
