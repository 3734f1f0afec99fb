// What the screens need of ncurses, in functions that Swift can call: attributes, wide characters and the global
// windows are macros there. No type of curses leaves this file.
#ifndef ND_CNCURSES_H
#define ND_CNCURSES_H

#include <stdbool.h>
#include <stdint.h>

// Keys beyond Unicode.
enum {
    ND_KEY_NONE = -1,
    ND_KEY_UP = 0x110000,
    ND_KEY_DOWN,
    ND_KEY_LEFT,
    ND_KEY_RIGHT,
    ND_KEY_PAGE_UP,
    ND_KEY_PAGE_DOWN,
    ND_KEY_HOME,
    ND_KEY_END,
    ND_KEY_BACKSPACE,
    ND_KEY_ENTER,
    ND_KEY_RESIZE,
    ND_KEY_HELP,
    ND_KEY_SORT,
    ND_KEY_BACK_TAB,
    ND_KEY_DELETE,
    ND_KEY_WHEEL_UP,
    ND_KEY_WHEEL_DOWN,
    /// nd_screen_click says where.
    ND_KEY_CLICK,
    ND_KEY_OTHER,
};

// A style is a colour, 0 for the terminal's own and 1 to 7 for red, green, yellow, blue, magenta, cyan, white, plus any of these.
enum {
    ND_STYLE_BOLD = 0x100,
    ND_STYLE_REVERSE = 0x200,
    ND_STYLE_UNDERLINE = 0x400,
    ND_STYLE_DIM = 0x800,
};

/// Takes the locale of the environment; whether it writes UTF-8.
bool nd_locale_start(void);

/// Takes the terminal over. False where its kind is unknown or it cannot move the cursor; then nothing has changed.
/// With `mouse` clicks and the wheel come as keys.
bool nd_screen_start(bool color, bool mouse);

/// Gives the terminal back as it was. Harmless when called twice.
void nd_screen_stop(void);

void nd_screen_size(int *rows, int *columns);
void nd_screen_erase(void);

/// Puts UTF-8 text at a place. What lies outside is cut.
void nd_screen_put(int row, int column, const uint8_t *text, int length, int style);

/// Shows the cursor at a place, or hides it with a negative row.
void nd_screen_cursor(int row, int column);

/// Sends what changed since the last time.
void nd_screen_flush(void);

/// Forgets what the terminal shows, so that the next flush sends everything: another program has written over it.
void nd_screen_forget(void);

/// The next key: a Unicode scalar, one of the values above, ND_KEY_NONE when none came. Never waits.
int nd_screen_key(void);

/// The place of the last click.
void nd_screen_click(int *row, int *column);

/// Sends bytes past the picture, for what changes nothing that is seen.
void nd_screen_send(const uint8_t *bytes, int length);

/// A pipe that becomes readable when INT, TERM, HUP or QUIT arrives; made by nd_screen_start.
int nd_screen_signal_pipe(void);

/// The last of those signals, 0 when there was none.
int nd_screen_signal(void);

#endif
