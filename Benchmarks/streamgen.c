// streamgen - plays N monitoring children against one streaming parent.
//
// One thread, epoll, no dependency but liblz4 and OpenSSL. Same seed + same arguments =
// the same bytes, for every server; with --tls the same bytes inside. See README.md beside this file.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lz4.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// ------------------------------------------------------------------ options
enum mode { MODE_RT, MODE_MAX, MODE_HOLD };
static struct {
    const char *host, *key, *dump, *tag, *json, *hostprefix, *definitions;
    int port, children, charts, dims, seconds, ver, connect_rate, sndbuf, pid;
    int ticks, linger, settle, warm;
    uint64_t seed;
    enum mode mode;
    bool tls, lz4, unit_tick, burst, quiet, zerobegin, labels, nodrain;
} o = {.host = "127.0.0.1", .port = 20200, .key = "11111111-2222-3333-4444-555555555555",
       .children = 1, .charts = 40, .dims = 5, .seconds = 10, .ver = 4, .seed = 1,
       .mode = MODE_RT, .hostprefix = "gen", .labels = true, .warm = 0};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// ------------------------------------------------------- the watched process
struct proc { double cpu, user, sys; long rss_kb, pss_kb, anon_kb; int threads; };
static struct proc proc_read(int pid, bool heavy) {
    struct proc p = {0};
    if (pid <= 0) return p;
    char path[64], buf[4096];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return p;
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    buf[n] = 0;
    char *s = strrchr(buf, ')');
    if (!s) return p;
    unsigned long ut = 0, st = 0;
    long threads = 0;
    // after ") ": state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime
    sscanf(s + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %ld", &ut, &st, &threads);
    double hz = (double)sysconf(_SC_CLK_TCK);
    p.user = (double)ut / hz;
    p.sys = (double)st / hz;
    p.cpu = p.user + p.sys;
    p.threads = (int)threads;
    snprintf(path, sizeof path, heavy ? "/proc/%d/smaps_rollup" : "/proc/%d/status", pid);
    f = fopen(path, "r");
    if (!f) return p;
    while (fgets(buf, sizeof buf, f)) {
        if (!strncmp(buf, "VmRSS:", 6)) p.rss_kb = atol(buf + 6);
        if (!strncmp(buf, "Rss:", 4)) p.rss_kb = atol(buf + 4);
        if (!strncmp(buf, "Pss:", 4)) p.pss_kb = atol(buf + 4);
        if (!strncmp(buf, "RssAnon:", 8)) p.anon_kb = atol(buf + 8);
    }
    fclose(f);
    return p;
}

// bytes the parent has not read yet: our send queues + its receive queues
static uint64_t outstanding(void) {
    FILE *f = fopen("/proc/net/tcp", "r");
    if (!f) return 0;
    char line[512];
    uint64_t sum = 0;
    while (fgets(line, sizeof line, f)) {
        unsigned la, lp, ra, rp, st;
        unsigned long tx, rx;
        if (sscanf(line, " %*d: %x:%x %x:%x %x %lx:%lx", &la, &lp, &ra, &rp, &st, &tx, &rx) != 7) continue;
        if (st != 1 && st != 4 && st != 5 && st != 8 && st != 9) continue;
        if (rp == (unsigned)o.port) sum += tx;
        if (lp == (unsigned)o.port) sum += rx;
    }
    fclose(f);
    return sum;
}

// ------------------------------------------------------------ chart templates
struct tmpl {
    const char *id, *family, *context, *title, *units, *type, *plugin, *module;
    bool incremental;
    int div;
    const char *dims[11];
};
static const struct tmpl T[] = {
    {"system.cpu", "cpu", "system.cpu", "Total CPU utilization", "percentage", "stacked", "proc.plugin", "/proc/stat", true, 1, {"guest_nice", "guest", "steal", "softirq", "irq", "user", "system", "nice", "iowait", "idle", 0}},
    {"cpu.cpu%d", "utilization", "cpu.cpu", "Core utilization", "percentage", "stacked", "proc.plugin", "/proc/stat", true, 1, {"user", "system", "nice", "iowait", "irq", "softirq", "steal", "guest", "guest_nice", "idle", 0}},
    {"disk.sd%d", "sd%d", "disk.io", "Disk I/O Bandwidth", "KiB/s", "area", "proc.plugin", "/proc/diskstats", true, 1024, {"reads", "writes", "discards", "flush", "merged", 0}},
    {"disk_ops.sd%d", "sd%d", "disk.ops", "Disk Completed I/O Operations", "operations/s", "line", "proc.plugin", "/proc/diskstats", true, 1, {"reads", "writes", "discards", "flush", "merged", 0}},
    {"net.eth%d", "eth%d", "net.net", "Bandwidth", "kilobits/s", "area", "proc.plugin", "/proc/net/dev", true, 1024, {"received", "sent", "multicast", "dropped", "errors", 0}},
    {"cgroup_app%d.mem", "mem", "cgroup.mem", "Memory Usage", "MiB", "stacked", "cgroups.plugin", "/sys/fs/cgroup", false, 1048576, {"cache", "rss", "swap", "rss_huge", "mapped_file", 0}},
    {"cgroup_app%d.cpu", "cpu", "cgroup.cpu", "CPU Usage (100%% = 1 core)", "percentage", "stacked", "cgroups.plugin", "/sys/fs/cgroup", true, 10000, {"user", "system", "throttled", "nr_periods", "nr_throttled", 0}},
    {"ip.tcpsock%d", "tcp", "ip.tcpsock", "IPv4 TCP Connections", "active connections", "line", "proc.plugin", "/proc/net/netstat", false, 1, {"connections", "orphan", "timewait", "alloc", "inuse", 0}},
    {"mem.slab%d", "slab", "mem.slab", "Reclaimable Kernel Memory", "MiB", "stacked", "proc.plugin", "/proc/meminfo", false, 1024, {"reclaimable", "unreclaimable", "dentry", "inode_cache", "buffers", 0}},
    {"apps.threads%d", "processes", "apps.threads", "Apps Threads", "threads", "stacked", "apps.plugin", "", false, 1, {"system", "kernel", "ssh", "netdata", "other", 0}},
};
#define NT ((int)(sizeof T / sizeof T[0]))

struct dim { char id[64]; int id_len; bool incremental; uint8_t kind; int32_t scale; char pre[80]; int pre_len; };
struct chart { char id[128]; char begin[144]; int begin_len; const struct tmpl *t; bool incremental; struct dim *d; int n; };
static struct chart *charts;
static char *defs;          // chart definitions, the same for every child
static size_t defs_len;

enum { K_ZERO, K_CONST, K_COUNTER, K_WALK, K_NOISE };

static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

static int metrics;         // of one child

// A word of a line of the protocol, quoted or not; where the next one begins.
static const char *word(const char *p, char *to, size_t size) {
    while (*p == ' ') p++;
    char end = *p == '"' || *p == '\'' ? *p++ : ' ';
    size_t n = 0;
    while (*p && *p != '\n' && *p != end) { if (n + 1 < size) to[n++] = *p; p++; }
    to[n] = 0;
    return *p == end && *p != '\n' ? p + 1 : p;
}

// Definitions of a real host, as it sent them: CHART and DIMENSION lines, and whatever stands between.
static void read_model(const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) { perror(path); exit(2); }
    charts = calloc(65536, sizeof *charts);
    o.charts = 0;
    static char line[65536];
    struct chart *ch = NULL;
    while (fgets(line, sizeof line, f)) {
        size_t n = strlen(line);
        defs = realloc(defs, defs_len + n + 1);
        memcpy(defs + defs_len, line, n + 1);
        defs_len += n;
        if (!strncmp(line, "CHART ", 6) && o.charts < 65536) {
            ch = &charts[o.charts++];
            word(line + 6, ch->id, sizeof ch->id);
            ch->begin_len = snprintf(ch->begin, sizeof ch->begin, "BEGIN \"%s\" ", ch->id);
            ch->t = &T[0];
        } else if (ch && !strncmp(line, "DIMENSION ", 10)) {
            ch->d = realloc(ch->d, sizeof *ch->d * (size_t)(ch->n + 1));
            struct dim *d = &ch->d[ch->n];
            memset(d, 0, sizeof *d);
            char name[128], algorithm[64];
            word(word(word(line + 10, d->id, sizeof d->id), name, sizeof name), algorithm, sizeof algorithm);
            d->id_len = (int)strlen(d->id);
            d->incremental = !strncmp(algorithm, "incremental", 11) || strstr(algorithm, "incremental-row");
            uint64_t h = mix(o.seed * 1000003 + (uint64_t)o.charts * 131 + (uint64_t)ch->n) % 100;
            d->kind = h < 35 ? K_ZERO : h < 50 ? K_CONST : d->incremental ? K_COUNTER : h < 90 ? K_WALK : K_NOISE;
            d->scale = 40;
            d->pre_len = snprintf(d->pre, sizeof d->pre, "SET \"%s\" = ", d->id);
            ch->n++;
            metrics++;
        }
    }
    fclose(f);
}

static void build_model(void) {
    if (o.definitions) { read_model(o.definitions); return; }
    metrics = o.charts * o.dims;
    charts = calloc((size_t)o.charts, sizeof *charts);
    size_t cap = 1 << 16;
    defs = malloc(cap);
    for (int c = 0; c < o.charts; c++) {
        struct chart *ch = &charts[c];
        ch->t = &T[c % NT];
        int inst = c / NT;
        char idfmt[64], fam[64];
        if (c % NT == 0) {
            if (inst) snprintf(idfmt, sizeof idfmt, "system%d.cpu", inst);
            else snprintf(idfmt, sizeof idfmt, "system.cpu");
        } else
            snprintf(idfmt, sizeof idfmt, ch->t->id, inst);
        snprintf(ch->id, sizeof ch->id, "%s", idfmt);
        snprintf(fam, sizeof fam, ch->t->family, inst);
        ch->incremental = ch->t->incremental;
        ch->begin_len = snprintf(ch->begin, sizeof ch->begin, "BEGIN \"%s\" ", ch->id);
        ch->d = calloc((size_t)o.dims, sizeof *ch->d);
        ch->n = o.dims;
        int nd = 0;
        while (ch->t->dims[nd]) nd++;
        if (cap - defs_len < 4096 + (size_t)o.dims * 128) {
            cap = cap * 2 + 4096 + (size_t)o.dims * 128;
            defs = realloc(defs, cap);
        }
        char title[96];
        snprintf(title, sizeof title, "%s", ch->t->title);
        defs_len += (size_t)sprintf(defs + defs_len,
            "CHART \"%s\" \"\" \"%s\" \"%s\" \"%s\" \"%s\" \"%s\" %d 1 \"   \" \"%s\" \"%s\"\n",
            ch->id, title, ch->t->units, fam, ch->t->context, ch->t->type, 1000 + c, ch->t->plugin, ch->t->module);
        if (o.labels)
            defs_len += (size_t)sprintf(defs + defs_len, "CLABEL \"_collect_plugin\" \"%s\" 1\nCLABEL_COMMIT\n", ch->t->plugin);
        for (int i = 0; i < o.dims; i++) {
            struct dim *d = &ch->d[i];
            if (i < nd) snprintf(d->id, sizeof d->id, "%s", ch->t->dims[i]);
            else snprintf(d->id, sizeof d->id, "dim%d", i);
            d->id_len = (int)strlen(d->id);
            d->incremental = ch->incremental;
            uint64_t h = mix(o.seed * 1000003 + (uint64_t)c * 131 + (uint64_t)i) % 100;
            // 35% stay zero, 15% constant, the rest moves
            if (h < 35) d->kind = K_ZERO;
            else if (h < 50) d->kind = K_CONST;
            else if (ch->incremental) d->kind = K_COUNTER;
            else d->kind = h < 90 ? K_WALK : K_NOISE;
            static const int32_t scales[] = {3, 40, 900, 25000, 3000000};
            d->scale = scales[mix(o.seed + 77 + (uint64_t)c * 977 + (uint64_t)i) % 5];
            d->pre_len = snprintf(d->pre, sizeof d->pre, "SET \"%s\" = ", d->id);
            defs_len += (size_t)sprintf(defs + defs_len, "DIMENSION \"%s\" \"%s\" \"%s\" 1 %d \"  \"\n",
                d->id, d->id, ch->incremental ? "incremental" : "absolute", ch->t->div);
        }
    }
}

// ------------------------------------------------------------------- children
enum st { S_IDLE, S_CONNECTING, S_TLS, S_HANDSHAKE, S_STREAM, S_DRAIN, S_DEAD };
struct child {
    int fd, idx;
    enum st st;
    uint64_t rng;
    int64_t *v;
    double *lastbegin;          // one stamp per child is enough: charts of a tick go together
    char *buf; size_t len, off, cap;
    double due, blocked_since, blocked, t_connect, t_ready, last_gen, last_out;
    uint64_t ticks, samples, wire, raw;
    bool want_out, first_sent, compress;
    SSL *ssl;
    LZ4_stream_t *lz; char *ring; size_t ring_pos;
};
static struct child *ch_;
static int ep;
static uint64_t g_samples, g_wire, g_raw, g_disc, g_refused, g_ready, g_late, g_ticks;
static int g_streaming;
static volatile sig_atomic_t stop_;
static char *scratch; static size_t scratch_cap;
#define MAXMSG 0x4000
#define RINGSZ (LZ4_DECODER_RING_BUFFER_SIZE(MAXMSG * 2))

static void on_sig(int s) { (void)s; stop_ = 1; }

static inline uint64_t rnd(struct child *c) {
    uint64_t x = c->rng;
    x ^= x << 13; x ^= x >> 7; x ^= x << 17;
    return c->rng = x;
}

static inline char *put_ll(char *p, int64_t v) {
    char t[24]; int n = 0;
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    if (v < 0) *p++ = '-';
    do { t[n++] = (char)('0' + u % 10); u /= 10; } while (u);
    while (n) *p++ = t[--n];
    return p;
}

static void ensure(struct child *c, size_t more) {
    if (c->off == c->len) c->off = c->len = 0;
    if (c->len + more > c->cap) {
        if (c->off) { memmove(c->buf, c->buf + c->off, c->len - c->off); c->len -= c->off; c->off = 0; }
        if (c->len + more > c->cap) {
            c->cap = (c->len + more) * 3 / 2;
            c->buf = realloc(c->buf, c->cap);
        }
    }
}

// appends raw text to the child's output, through LZ4 when negotiated
static void emit(struct child *c, const char *s, size_t n) {
    c->raw += n; g_raw += n;
    if (!c->compress) {
        ensure(c, n);
        memcpy(c->buf + c->len, s, n);
        c->len += n;
        return;
    }
    while (n) {
        size_t m = n;
        if (m > MAXMSG) {
            m = MAXMSG;
            while (m && s[m - 1] != '\n') m--;
            if (!m) m = MAXMSG;
        }
        if (!c->lz) { c->lz = LZ4_createStream(); c->ring = malloc((size_t)RINGSZ); c->ring_pos = 0; }
        memcpy(c->ring + c->ring_pos, s, m);
        size_t bound = (size_t)LZ4_compressBound((int)m);
        ensure(c, bound + 4);
        int k = LZ4_compress_fast_continue(c->lz, c->ring + c->ring_pos, c->buf + c->len + 4, (int)m, (int)bound, 1);
        if (k <= 0) { fprintf(stderr, "lz4 failed\n"); exit(2); }
        c->ring_pos += m;
        if (c->ring_pos >= (size_t)RINGSZ - MAXMSG) c->ring_pos = 0;
        uint8_t *h = (uint8_t *)c->buf + c->len;
        h[0] = 'z' | 0x80; h[1] = (uint8_t)(0x80 | (k & 0x7f)); h[2] = (uint8_t)(0x80 | ((k >> 7) & 0x7f)); h[3] = '\n';
        c->len += (size_t)k + 4;
        s += m; n -= m;
    }
}

static inline void step(struct child *c, const struct dim *d, int64_t *v, bool first) {
    switch (d->kind) {
        case K_ZERO: break;
        case K_CONST: if (first) *v = (int64_t)(rnd(c) % (uint64_t)(d->scale * 10 + 1)); break;
        case K_COUNTER:
            if (first) *v = (int64_t)(rnd(c) % 1000000000ull);
            else *v += (int64_t)(rnd(c) % (uint64_t)d->scale);
            break;
        case K_WALK:
            if (first) *v = d->scale * 10 + (int64_t)(rnd(c) % (uint64_t)(d->scale * 10));
            else if ((rnd(c) & 3) == 0) { *v += (int64_t)(rnd(c) % (uint64_t)(2 * d->scale + 1)) - d->scale; if (*v < 0) *v = 0; }
            break;
        default: *v = (int64_t)(rnd(c) % (uint64_t)(d->scale * 10 + 1)); break;
    }
}

static void gen_tick(struct child *c, double t) {
    int64_t usec;
    if (!c->ticks) usec = 0;
    else if (o.mode == MODE_MAX || o.zerobegin) usec = o.zerobegin ? 0 : 1000000;
    else usec = (int64_t)((t - c->last_gen) * 1e6);
    c->last_gen = t;
    char ub[24]; int ul = (int)(put_ll(ub, usec) - ub);
    size_t need = (size_t)o.charts * 160 + (size_t)metrics * 104 + 64;
    if (scratch_cap < need) { scratch_cap = need; scratch = realloc(scratch, need); }
    char *p = scratch, *unit = scratch;
    int64_t *v = c->v;
    bool first = c->ticks == 0;
    for (int i = 0; i < o.charts; i++) {
        const struct chart *k = &charts[i];
        memcpy(p, k->begin, (size_t)k->begin_len); p += k->begin_len;
        memcpy(p, ub, (size_t)ul); p += ul;
        *p++ = '\n';
        for (int j = 0; j < k->n; j++, v++) {
            const struct dim *d = &k->d[j];
            step(c, d, v, first);
            memcpy(p, d->pre, (size_t)d->pre_len); p += d->pre_len;
            p = put_ll(p, *v);
            *p++ = '\n';
        }
        memcpy(p, "END\n", 4); p += 4;
        if (c->compress && !o.unit_tick) { emit(c, unit, (size_t)(p - unit)); unit = p; }
    }
    if (p > unit) emit(c, unit, (size_t)(p - unit));
    c->ticks++; g_ticks++;
    c->samples += (uint64_t)metrics;
    g_samples += (uint64_t)metrics;
}

static void want(struct child *c, bool out) {
    if (c->want_out == out) return;
    c->want_out = out;
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | (out ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void kill_child(struct child *c, bool refused) {
    if (c->st == S_DEAD) return;
    if (c->st == S_STREAM) g_streaming--;
    if (refused) g_refused++; else if (c->st != S_DRAIN) g_disc++;
    SSL_free(c->ssl);
    c->ssl = NULL;
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->st = S_DEAD;
}

// send() and recv(), through TLS where it is asked for
static SSL_CTX *tls_;

static ssize_t said(struct child *c, int r) {
    if (r > 0) return r;
    int e = SSL_get_error(c->ssl, r);
    if (e == SSL_ERROR_ZERO_RETURN) return 0;
    errno = e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

static ssize_t put(struct child *c, const void *b, size_t n) {
    return c->ssl ? said(c, SSL_write(c->ssl, b, (int)(n < 1 << 30 ? n : 1 << 30))) : send(c->fd, b, n, MSG_NOSIGNAL);
}

static ssize_t get(struct child *c, void *b, size_t n) {
    return c->ssl ? said(c, SSL_read(c->ssl, b, (int)n)) : recv(c->fd, b, n, 0);
}

// returns false when the socket would block
static bool flush_child(struct child *c, double t) {
    while (c->off < c->len) {
        ssize_t n = put(c, c->buf + c->off, c->len - c->off);
        if (n > 0) { c->off += (size_t)n; c->wire += (uint64_t)n; g_wire += (uint64_t)n; continue; }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!c->blocked_since) c->blocked_since = t;
            want(c, true);
            return false;
        }
        kill_child(c, false);
        return false;
    }
    if (c->blocked_since) { c->blocked += t - c->blocked_since; c->blocked_since = 0; }
    return true;
}

static void start_connect(struct child *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) { perror("socket"); c->st = S_DEAD; g_refused++; return; }
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (o.sndbuf) setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &o.sndbuf, sizeof o.sndbuf);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o.port)};
    inet_pton(AF_INET, o.host, &a.sin_addr);
    c->t_connect = now();
    c->st = S_CONNECTING;
    int r = connect(c->fd, (struct sockaddr *)&a, sizeof a);
    if (r < 0 && errno != EINPROGRESS) { kill_child(c, true); return; }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP, .data.ptr = c};
    c->want_out = true;
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

static void send_hello(struct child *c) {
    char b[2048];
    int ver = o.ver ? o.ver : (o.lz4 ? 5 : 4);
    int n = snprintf(b, sizeof b,
        "STREAM key=%s&hostname=%s%05d&registry_hostname=%s%05d&machine_guid=%08x-0000-4000-8000-%012x"
        "&update_every=1&os=linux&timezone=Etc/UTC&abbrev_timezone=UTC&utc_offset=0&hops=1&ml_capable=0&ml_enabled=0"
        "&mc_version=0&tags=&ver=%d&NETDATA_SYSTEM_OS_NAME=Debian%%20GNU%%2FLinux&NETDATA_SYSTEM_OS_ID=debian"
        "&NETDATA_SYSTEM_OS_VERSION=12&NETDATA_SYSTEM_KERNEL_NAME=Linux&NETDATA_SYSTEM_KERNEL_VERSION=6.1.0"
        "&NETDATA_SYSTEM_ARCHITECTURE=x86_64&NETDATA_SYSTEM_CPU_LOGICAL_CPU_COUNT=4&NETDATA_PROTOCOL_VERSION=1.1"
        " HTTP/1.1\r\nUser-Agent: netdata/v1.33.1\r\nAccept: */*\r\n\r\n",
        o.key, o.hostprefix, c->idx, o.hostprefix, c->idx, (unsigned)(mix(o.seed + 999) >> 32), c->idx + 1, ver);
    ensure(c, (size_t)n);
    memcpy(c->buf + c->len, b, (size_t)n);
    c->len += (size_t)n;
    c->st = S_HANDSHAKE;
    want(c, false);
    flush_child(c, now());
}

static int verbose_refusals = 5;
static void on_prompt(struct child *c) {
    char b[1024];
    ssize_t n = get(c, b, sizeof b - 1);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n <= 0) {
        if (verbose_refusals-- > 0) fprintf(stderr, "child %d: closed in handshake (%s)\n", c->idx, n ? strerror(errno) : "eof");
        kill_child(c, true);
        return;
    }
    b[n] = 0;
    const char *vn = "Hit me baby, push them over with the version=";
    int v = -1;
    if (!strncmp(b, vn, strlen(vn))) v = atoi(b + strlen(vn));
    else if (!strncmp(b, "Hit me baby", 11)) v = 2;
    if (v < 0) {
        if (verbose_refusals-- > 0) fprintf(stderr, "child %d refused: %.100s\n", c->idx, b);
        kill_child(c, true);
        return;
    }
    c->compress = o.lz4 && (v == 5 || (v > 5 && (v & (1 << 10))));
    if (o.lz4 && !c->compress) fprintf(stderr, "child %d: parent declined LZ4 (version=%d)\n", c->idx, v);
    c->st = S_STREAM;
    g_streaming++;
    g_ready++;
    c->t_ready = now();
    if (o.labels) {
        static const char *hl = "LABEL \"_os\" = 1 \"linux\"\nLABEL \"_architecture\" = 1 \"x86_64\"\nOVERWRITE labels\n";
        emit(c, hl, strlen(hl));
    }
    // real children send each definition as its own message; keep blocks whole-line
    emit(c, defs, defs_len);
    flush_child(c, c->t_ready);
}

// ------------------------------------------------------------------- reporting
static double g_t0;
static void logline(const char *what, const char *fmt, ...) {
    struct proc p = proc_read(o.pid, false);
    printf("%-9s t=%7.2f ", what, now() - g_t0);
    va_list a;
    va_start(a, fmt);
    vprintf(fmt, a);
    va_end(a);
    if (o.pid) printf("  | pid cpu=%.2fs rss=%.1fMiB thr=%d", p.cpu, (double)p.rss_kb / 1024, p.threads);
    printf("\n");
    fflush(stdout);
}

struct mark { double t, cpu, user, sys, self; uint64_t samples, wire, raw, out; long rss_kb; int threads; };
static struct mark mark_now(void) {
    struct mark m = {0};
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    m.self = (double)u.ru_utime.tv_sec + u.ru_utime.tv_usec / 1e6 + (double)u.ru_stime.tv_sec + u.ru_stime.tv_usec / 1e6;
    m.out = outstanding();
    struct proc p = proc_read(o.pid, false);
    m.t = now(); m.cpu = p.cpu; m.user = p.user; m.sys = p.sys; m.rss_kb = p.rss_kb; m.threads = p.threads;
    m.samples = g_samples; m.wire = g_wire; m.raw = g_raw;
    // samples generated but still in user buffers do not count as sent
    uint64_t pend = 0;
    for (int i = 0; i < o.children; i++) pend += ch_[i].len - ch_[i].off;
    m.out += pend;
    m.wire += pend;
    return m;
}

static void handle(struct child *c, uint32_t ev, double t) {
    if (c->st == S_DEAD) return;
    if (c->st == S_CONNECTING) {
        int err = 0; socklen_t l = sizeof err;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
        if (err || (ev & EPOLLERR)) { kill_child(c, true); return; }
        if (!(ev & EPOLLOUT)) return;
        if (tls_) {
            c->ssl = SSL_new(tls_);
            SSL_set_fd(c->ssl, c->fd);
            c->st = S_TLS;
        } else {
            send_hello(c);
            return;
        }
    }
    if (c->st == S_TLS) {
        int r = SSL_connect(c->ssl);
        if (r == 1) { send_hello(c); return; }
        int e = SSL_get_error(c->ssl, r);
        if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE) { kill_child(c, true); return; }
        want(c, e == SSL_ERROR_WANT_WRITE);
        return;
    }
    if (c->st == S_HANDSHAKE) {
        if (ev & EPOLLOUT) { if (flush_child(c, t)) want(c, false); if (c->st == S_DEAD) return; }
        if (ev & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) on_prompt(c);
        return;
    }
    if (ev & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        char b[4096];
        ssize_t n;
        do n = get(c, b, sizeof b); while (n > 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) { kill_child(c, false); return; }
    }
    if (ev & EPOLLOUT) {
        if (flush_child(c, t) && c->st != S_DEAD) {
            if (o.mode != MODE_MAX || c->st == S_DRAIN) want(c, false);
        }
    }
}

static void pump(struct epoll_event *ev, int maxev, int timeout_ms) {
    int n = epoll_wait(ep, ev, maxev, timeout_ms);
    double t = now();
    for (int i = 0; i < n; i++) handle(ev[i].data.ptr, ev[i].events, t);
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool verset = false;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
#define NEXT (i + 1 < argc ? argv[++i] : (fprintf(stderr, "%s needs a value\n", a), exit(2), ""))
        if (!strcmp(a, "--host")) o.host = NEXT;
        else if (!strcmp(a, "--port")) o.port = atoi(NEXT);
        else if (!strcmp(a, "--key")) o.key = NEXT;
        else if (!strcmp(a, "--children")) o.children = atoi(NEXT);
        else if (!strcmp(a, "--charts")) o.charts = atoi(NEXT);
        else if (!strcmp(a, "--dims")) o.dims = atoi(NEXT);
        else if (!strcmp(a, "--definitions")) o.definitions = NEXT;
        else if (!strcmp(a, "--seconds")) o.seconds = atoi(NEXT);
        else if (!strcmp(a, "--ticks")) o.ticks = atoi(NEXT);
        else if (!strcmp(a, "--warm")) o.warm = atoi(NEXT);
        else if (!strcmp(a, "--linger")) o.linger = atoi(NEXT);
        else if (!strcmp(a, "--seed")) o.seed = strtoull(NEXT, NULL, 0);
        else if (!strcmp(a, "--ver")) { o.ver = atoi(NEXT); verset = true; }
        else if (!strcmp(a, "--pid")) o.pid = atoi(NEXT);
        else if (!strcmp(a, "--connect-rate")) o.connect_rate = atoi(NEXT);
        else if (!strcmp(a, "--sndbuf")) o.sndbuf = atoi(NEXT);
        else if (!strcmp(a, "--settle")) o.settle = atoi(NEXT);
        else if (!strcmp(a, "--dump")) o.dump = NEXT;
        else if (!strcmp(a, "--json")) o.json = NEXT;
        else if (!strcmp(a, "--tag")) o.tag = NEXT;
        else if (!strcmp(a, "--hostprefix")) o.hostprefix = NEXT;
        else if (!strcmp(a, "--lz4")) o.lz4 = true;
        else if (!strcmp(a, "--tls")) o.tls = true;
        else if (!strcmp(a, "--unit-tick")) o.unit_tick = true;
        else if (!strcmp(a, "--burst")) o.burst = true;
        else if (!strcmp(a, "--zero-begin")) o.zerobegin = true;
        else if (!strcmp(a, "--no-labels")) o.labels = false;
        else if (!strcmp(a, "--no-drain")) o.nodrain = true;
        else if (!strcmp(a, "--quiet")) o.quiet = true;
        else if (!strcmp(a, "--mode")) {
            const char *m = NEXT;
            o.mode = !strcmp(m, "max") ? MODE_MAX : !strcmp(m, "hold") ? MODE_HOLD : MODE_RT;
        } else { fprintf(stderr, "unknown option %s\n", a); return 2; }
    }
    if (!verset) o.ver = 0;
    signal(SIGINT, on_sig); signal(SIGTERM, on_sig); signal(SIGPIPE, SIG_IGN);
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
    if (o.tls) {    // whoever answers is believed: nobody else is there
        tls_ = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    build_model();
    ch_ = calloc((size_t)o.children, sizeof *ch_);
    for (int i = 0; i < o.children; i++) {
        ch_[i].idx = i; ch_[i].fd = -1;
        ch_[i].rng = mix(o.seed * 7919 + (uint64_t)i) | 1;
        ch_[i].v = calloc((size_t)metrics, sizeof(int64_t));
    }
    if (o.dump) {   // write the bytes of child 0 to a file instead of a socket
        struct child *c = &ch_[0];
        FILE *f = fopen(o.dump, "wb");
        if (!f) { perror(o.dump); return 1; }
        c->compress = o.lz4;
        o.mode = MODE_MAX;
        emit(c, defs, defs_len);
        for (int k = 0; k < (o.ticks ? o.ticks : 60); k++) {
            gen_tick(c, k);
            fwrite(c->buf + c->off, 1, c->len - c->off, f);
            c->off = c->len = 0;
        }
        fclose(f);
        printf("dumped samples=%" PRIu64 " raw=%" PRIu64 "\n", g_samples, g_raw);
        return 0;
    }
    ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev[512];
    const int per_tick = metrics;
    g_t0 = now();
    logline("start", "children=%d charts=%d dims=%d metrics=%d mode=%s %s seed=%" PRIu64, o.children, o.charts, o.dims,
            o.children * per_tick, o.mode == MODE_RT ? "rt" : o.mode == MODE_MAX ? "max" : "hold", o.lz4 ? "lz4" : "plain", o.seed);
    struct mark m0 = mark_now();

    // ---- connect phase
    int started = 0;
    double tc = now();
    while (!stop_) {
        double t = now();
        while (started < o.children) {
            if (o.connect_rate && (double)started >= (t - tc) * o.connect_rate) break;
            if (!o.connect_rate && started - (int)g_ready - (int)g_refused >= 4096) break;
            start_connect(&ch_[started++]);
        }
        pump(ev, 512, 5);
        if (started == o.children && (int)(g_ready + g_refused) >= o.children) break;
        if (now() - tc > 180) { fprintf(stderr, "connect phase timed out\n"); break; }
    }
    double t_acc = now() - tc, lat_max = 0, lat_sum = 0;
    for (int i = 0; i < o.children; i++)
        if (ch_[i].t_ready) { double l = ch_[i].t_ready - ch_[i].t_connect; lat_sum += l; if (l > lat_max) lat_max = l; }
    logline("accepted", "%" PRIu64 "/%d in %.3fs refused=%" PRIu64 " handshake mean=%.1fms max=%.1fms",
            g_ready, o.children, t_acc, g_refused, g_ready ? lat_sum / (double)g_ready * 1e3 : 0, lat_max * 1e3);

    // ---- definitions + first tick for all: time until everyone streams
    double tf = now();
    for (int i = 0; i < o.children; i++) {
        struct child *c = &ch_[i];
        if (c->st != S_STREAM) continue;
        gen_tick(c, now());
        flush_child(c, now());
    }
    while (!stop_) {
        int left = 0;
        for (int i = 0; i < o.children; i++) if (ch_[i].st == S_STREAM && ch_[i].off < ch_[i].len) left++;
        if (!left && outstanding() == 0) break;
        pump(ev, 512, 5);
        if (now() - tf > 180) { fprintf(stderr, "definition phase timed out\n"); break; }
    }
    double t_def = now() - tf;
    struct mark m1 = mark_now();
    logline("defined", "definitions of %d charts, %d dims read by parent in %.3fs", o.children * o.charts, o.children * per_tick, t_def);
    if (o.pid && per_tick)
        logline("defcost", "connect+define cpu=%.3fs  %.2f us/metric", m1.cpu - m0.cpu, (m1.cpu - m0.cpu) * 1e6 / ((double)o.children * per_tick));

    // ---- streaming phase
    double ts = now();
    for (int i = 0; i < o.children; i++) {
        ch_[i].due = ts + (o.burst ? 0.0 : (double)i / o.children);
        ch_[i].last_gen = ch_[i].last_gen ? ch_[i].last_gen : ts;
    }
    if (o.mode == MODE_MAX)
        for (int i = 0; i < o.children; i++) if (ch_[i].st == S_STREAM) want(&ch_[i], true);
    struct mark ms = mark_now(), last = ms;
    double next_rep = ts + (o.seconds >= 60 ? 10 : o.seconds >= 20 ? 5 : 2);
    double rep_step = next_rep - ts;
    bool warmed = o.warm == 0;
    while (!stop_) {
        double t = now();
        if (!warmed && t - ts >= o.warm) { warmed = true; ms = mark_now(); }
        if (t - ts >= o.seconds + o.warm) break;
        if (o.mode == MODE_MAX) {
            int n = epoll_wait(ep, ev, 512, 20);
            t = now();
            bool any = false;
            for (int i = 0; i < n; i++) {
                struct child *c = ev[i].data.ptr;
                handle(c, ev[i].events, t);
                if (c->st != S_STREAM || !(ev[i].events & EPOLLOUT)) continue;
                if (o.ticks && c->ticks >= (uint64_t)o.ticks) { want(c, false); continue; }
                any = true;
                // the kernel offers the socket again only when a third of it is free:
                // a pause between two offers is time this child could not send
                if (c->last_out && t - c->last_out > 0.005) c->blocked += t - c->last_out;
                c->last_out = t;
                if (c->off == c->len) {
                    do gen_tick(c, t); while (c->len - c->off < 16384 && !(o.ticks && c->ticks >= (uint64_t)o.ticks));
                    flush_child(c, t);
                }
            }
            if (o.ticks && !any) {
                bool done = true;
                for (int i = 0; i < o.children && done; i++)
                    if (ch_[i].st == S_STREAM && (ch_[i].ticks < (uint64_t)o.ticks || ch_[i].off < ch_[i].len)) done = false;
                if (done) break;
            }
        } else if (o.mode == MODE_RT) {
            double nearest = t + 0.05;
            for (int i = 0; i < o.children; i++) {
                struct child *c = &ch_[i];
                if (c->st != S_STREAM) continue;
                if (c->due <= t) {
                    if (c->off < c->len) {          // still blocked: the parent is behind
                        g_late++;
                        c->due += 1.0;
                        continue;
                    }
                    gen_tick(c, now());
                    flush_child(c, now());
                    c->due += 1.0;
                }
                if (c->due < nearest) nearest = c->due;
            }
            int ms_ = (int)((nearest - now()) * 1e3);
            pump(ev, 512, ms_ < 2 ? 2 : ms_ > 50 ? 50 : ms_);   // never spin: children due within 2 ms go together
        } else
            pump(ev, 512, 50);
        if (t >= next_rep && !o.quiet) {
            struct mark m = mark_now();
            double dt = m.t - last.t;
            logline("stream", "%d up, sent %.0f samples/s %.2f MB/s wire, unread=%.1fKB late=%" PRIu64 " disc=%" PRIu64 " cpu%%=%.1f self%%=%.1f",
                    g_streaming, (double)(m.samples - last.samples) / dt, (double)(m.wire - last.wire) / dt / 1e6,
                    (double)m.out / 1e3, g_late, g_disc, (m.cpu - last.cpu) / dt * 100, (m.self - last.self) / dt * 100);
            last = m;
            next_rep += rep_step;
        }
    }
    struct mark me = mark_now();
    // let the parent read what is queued, so that CPU and samples match
    double td = now();
    if (!o.nodrain) {
        while (!stop_ && now() - td < 60) {
            bool left = false;
            for (int i = 0; i < o.children; i++)
                if (ch_[i].st == S_STREAM) { want(&ch_[i], ch_[i].off < ch_[i].len); if (ch_[i].off < ch_[i].len) left = true; }
            // MODE_MAX must not generate any more here: handle() only flushes
            if (!left && outstanding() == 0) break;
            pump(ev, 512, 5);
            usleep(40000);
        }
        usleep(150000);
        if (o.settle) sleep((unsigned)o.settle);
        struct mark t2 = mark_now();
        if (o.mode != MODE_HOLD) me = t2;
        if (o.mode == MODE_HOLD) me = t2;
    }
    double wire_per_sample = me.samples ? (double)me.wire / (double)me.samples : 0;
    double ds = (double)(me.samples - ms.samples), dt = me.t - ms.t;
    if (wire_per_sample > 0) ds += ((double)ms.out - (double)me.out) / wire_per_sample;
    double dcpu = me.cpu - ms.cpu;
    double blocked = 0;
    for (int i = 0; i < o.children; i++) blocked += ch_[i].blocked;
    logline("result", "read by parent: %.0f samples in %.2fs = %.0f/s; wire %.2f B/sample (raw %.2f), %.2f MB/s; blocked %.1f child-s; late=%" PRIu64 " disc=%" PRIu64 " refused=%" PRIu64 " drain=%.2fs",
            ds, dt, ds / dt, (double)(me.wire - ms.wire) / (double)(me.samples - ms.samples ? me.samples - ms.samples : 1),
            (double)(me.raw - ms.raw) / (double)(me.samples - ms.samples ? me.samples - ms.samples : 1),
            (double)(me.wire - ms.wire) / dt / 1e6, blocked, g_late, g_disc, g_refused, me.t - td);
    if (o.pid && ds > 0)
        logline("cost", "parent cpu=%.2fs (user %.2f sys %.2f) = %.4f s/Msample -> %.0f samples per cpu-second; generator cpu=%.2fs",
                dcpu, me.user - ms.user, me.sys - ms.sys, dcpu / ds * 1e6, dcpu > 0 ? ds / dcpu : 0, me.self - ms.self);
    if (o.json) {
        FILE *f = fopen(o.json, "a");
        if (f) {
            fprintf(f, "{\"tag\":\"%s\",\"mode\":\"%s\",\"lz4\":%d,\"children\":%d,\"charts\":%d,\"dims\":%d,\"seed\":%" PRIu64
                       ",\"accepted\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"accept_s\":%.3f,\"hs_max_ms\":%.1f,\"define_s\":%.3f,\"define_cpu_s\":%.3f"
                       ",\"samples\":%.0f,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"user_s\":%.3f,\"sys_s\":%.3f,\"cpu_per_M\":%.4f,\"rate\":%.0f"
                       ",\"wire_per_sample\":%.3f,\"raw_per_sample\":%.3f,\"late\":%" PRIu64 ",\"disc\":%" PRIu64 ",\"blocked_s\":%.2f"
                       ",\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"rss2_kb\":%ld,\"threads\":%d,\"gen_cpu_s\":%.3f,\"all_samples\":%" PRIu64 ",\"all_cpu_s\":%.3f}\n",
                    o.tag ? o.tag : "", o.mode == MODE_RT ? "rt" : o.mode == MODE_MAX ? "max" : "hold", o.lz4, o.children, o.charts, o.dims, o.seed,
                    g_ready, g_refused, t_acc, lat_max * 1e3, t_def, m1.cpu - m0.cpu,
                    ds, dt, dcpu, me.user - ms.user, me.sys - ms.sys, ds > 0 ? dcpu / ds * 1e6 : 0, ds / dt,
                    (double)(me.wire - ms.wire) / (double)(me.samples - ms.samples ? me.samples - ms.samples : 1),
                    (double)(me.raw - ms.raw) / (double)(me.samples - ms.samples ? me.samples - ms.samples : 1),
                    g_late, g_disc, blocked, m0.rss_kb, m1.rss_kb, me.rss_kb, me.threads, me.self - ms.self, g_samples, me.cpu - m0.cpu);
            fclose(f);
        }
    }
    if (o.linger) {   // stay connected (no data) so that somebody can look at the parent
        double tl = now();
        while (!stop_ && now() - tl < o.linger) pump(ev, 512, 100);
    }
    return 0;
}
