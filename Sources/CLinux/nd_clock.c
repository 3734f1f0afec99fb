#include "nd_clock.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>

int nd_clock_state(int *synchronized, int *unsynchronized_flag, int *error_flag, long long *offset_microseconds)
{
    struct timex clock;
    memset(&clock, 0, sizeof clock);
    int state = adjtimex(&clock);
    if (state < 0)
        return errno;
    *synchronized = state != TIME_ERROR;
    *unsynchronized_flag = (clock.status & STA_UNSYNC) != 0;
    *error_flag = (clock.status & STA_CLOCKERR) != 0;
    *offset_microseconds = clock.status & STA_NANO ? clock.offset / 1000 : clock.offset;
    return 0;
}
