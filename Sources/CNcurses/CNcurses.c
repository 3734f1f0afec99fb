#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"

#include <curses.h>

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static bool running;
static int click_row, click_column;
static struct termios before;
static int signal_pipe[2] = {-1, -1};
static volatile sig_atomic_t last_signal;

// What gives the terminal back, kept for the handler of a crash: terminfo cannot be asked there.
static char farewell[320];
static size_t farewell_length;

bool nd_locale_start(void) {
    setlocale(LC_ALL, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void end_requested(int number) {
    int saved = errno;
    last_signal = number;
    char byte = 0;
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

// Only calls that are allowed in a handler: whatever has happened, the terminal must not stay as it is.
static void crashed(int number) {
    if (running) {
        ssize_t ignored = write(STDOUT_FILENO, farewell, farewell_length);
        (void)ignored;
        tcsetattr(STDOUT_FILENO, TCSANOW, &before);
    }
    raise(number); // SA_RESETHAND: now with its usual effect
}

// What switches off every report of a mouse that an xterm knows.
static const char no_mouse[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l";

static void remember_farewell(bool mouse) {
    // A capability may hold padding like $<5>: curses would leave it out, so nothing with '$' is kept.
    const char *names[] = {"sgr0", "rmcup", "cnorm", "rmkx"};
    farewell_length = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = tigetstr(names[i]);
        if (!text || text == (char *)-1 || strchr(text, '$')) continue;
        size_t length = strlen(text);
        if (farewell_length + length > sizeof farewell) break;
        memcpy(farewell + farewell_length, text, length);
        farewell_length += length;
    }
    if (mouse && farewell_length + sizeof no_mouse <= sizeof farewell) {
        memcpy(farewell + farewell_length, no_mouse, sizeof no_mouse - 1);
        farewell_length += sizeof no_mouse - 1;
    }
}

static void catch_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = end_requested;
    const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) sigaction(ends[i], &action, NULL);
    action.sa_handler = crashed;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, NULL);
}

bool nd_screen_start(bool color, bool mouse) {
    if (tcgetattr(STDOUT_FILENO, &before) != 0) return false;
    // newterm, because initscr ends the process where the terminal is unknown.
    screen = newterm(NULL, stdout, stdin);
    if (!screen) return false;
    const char *move_cursor = tigetstr("cup");
    if (!move_cursor || move_cursor == (char *)-1) {
        endwin();
        delscreen(screen);
        screen = NULL;
        return false;
    }
    running = true;
    remember_farewell(mouse);
    if (pipe(signal_pipe) == 0) {
        for (int i = 0; i < 2; i++) {
            fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
            fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
        }
    }
    catch_signals(); // after newterm, which brings handlers of its own
    atexit(nd_screen_stop);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    if (mouse) {
        // The press is enough: with clicks curses would wait for the release.
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
    timeout(0);
    curs_set(0);
    if (color && has_colors()) {
        start_color();
        use_default_colors();
        for (short i = 1; i <= 7 && i < COLORS; i++) init_pair(i, i, -1);
    }
    return true;
}

void nd_screen_stop(void) {
    if (!running) return;
    running = false;
    endwin();
}

void nd_screen_size(int *rows, int *columns) {
    getmaxyx(stdscr, *rows, *columns);
}

void nd_screen_erase(void) {
    werase(stdscr);
}

void nd_screen_put(int row, int column, const uint8_t *text, int length, int style) {
    int rows, columns;
    getmaxyx(stdscr, rows, columns);
    if (row < 0 || row >= rows || column < 0) return;
    attr_t attributes = A_NORMAL;
    if (style & ND_STYLE_BOLD) attributes |= A_BOLD;
    if (style & ND_STYLE_REVERSE) attributes |= A_REVERSE;
    if (style & ND_STYLE_UNDERLINE) attributes |= A_UNDERLINE;
    if (style & ND_STYLE_DIM) attributes |= A_DIM;
    short pair = (short)(style & 7);
    mbstate_t state;
    memset(&state, 0, sizeof state);
    const char *bytes = (const char *)text;
    while (length > 0) {
        wchar_t character;
        size_t used = mbrtowc(&character, bytes, (size_t)length, &state);
        if (used == (size_t)-1 || used == (size_t)-2 || used == 0) {
            character = L'?';
            used = 1;
            memset(&state, 0, sizeof state);
        }
        bytes += used;
        length -= (int)used;
        int width = wcwidth(character);
        if (width < 1) {
            character = L'?';
            width = 1;
        }
        if (column + width > columns) return;
        wchar_t single[2] = {character, 0};
        cchar_t cell;
        setcchar(&cell, single, attributes, pair, NULL);
        mvadd_wch(row, column, &cell);
        column += width;
    }
}

void nd_screen_cursor(int row, int column) {
    if (row < 0) {
        curs_set(0);
    } else {
        move(row, column);
        curs_set(1);
    }
}

void nd_screen_flush(void) {
    refresh();
}

void nd_screen_send(const uint8_t *bytes, int length) {
    fflush(stdout);
    while (length > 0) {
        ssize_t sent = write(STDOUT_FILENO, bytes, (size_t)length);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        bytes += sent;
        length -= (int)sent;
    }
}

void nd_screen_click(int *row, int *column) {
    *row = click_row;
    *column = click_column;
}

static int mouse_key(void) {
    MEVENT event;
    if (getmouse(&event) != OK) return ND_KEY_OTHER;
    if (event.bstate & BUTTON4_PRESSED) return ND_KEY_WHEEL_UP;
    if (event.bstate & BUTTON5_PRESSED) return ND_KEY_WHEEL_DOWN;
    click_row = event.y;
    click_column = event.x;
    return ND_KEY_CLICK;
}

void nd_screen_forget(void) {
    clearok(stdscr, TRUE);
}

int nd_screen_key(void) {
    wint_t character;
    switch (get_wch(&character)) {
    case OK:
        if (character == '\r' || character == '\n') return ND_KEY_ENTER;
        if (character == 0x7f || character == '\b') return ND_KEY_BACKSPACE;
        return (int)character;
    case KEY_CODE_YES:
        switch (character) {
        case KEY_UP: return ND_KEY_UP;
        case KEY_DOWN: return ND_KEY_DOWN;
        case KEY_LEFT: return ND_KEY_LEFT;
        case KEY_RIGHT: return ND_KEY_RIGHT;
        case KEY_PPAGE: return ND_KEY_PAGE_UP;
        case KEY_NPAGE: return ND_KEY_PAGE_DOWN;
        case KEY_HOME: return ND_KEY_HOME;
        case KEY_END: return ND_KEY_END;
        case KEY_BACKSPACE: return ND_KEY_BACKSPACE;
        case KEY_ENTER: return ND_KEY_ENTER;
        case KEY_RESIZE: return ND_KEY_RESIZE;
        case KEY_BTAB: return ND_KEY_BACK_TAB;
        case KEY_DC: return ND_KEY_DELETE;
        case KEY_MOUSE: return mouse_key();
        case KEY_F(1): return ND_KEY_HELP;
        case KEY_F(6): return ND_KEY_SORT;
        default: return ND_KEY_OTHER;
        }
    default: return ND_KEY_NONE;
    }
}

int nd_screen_signal_pipe(void) {
    return signal_pipe[0];
}

int nd_screen_signal(void) {
    return last_signal;
}
