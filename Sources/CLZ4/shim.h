// LZ4's block and streaming API as it is: nothing in it needs a wrapper.
#include <lz4.h>
