// zlib as it is. What begins a stream are macros, which Swift does not see, around functions, which it does.
#include <zlib.h>
