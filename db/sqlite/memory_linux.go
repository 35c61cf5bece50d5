//go:build cgo

package sqlite

// SQLite is compiled into the program by its driver; the linker finds its function there. The other
// two are glibc's; another C library has none, and does without.

/*
#include <stddef.h>

__attribute__((weak)) int sqlite3_config(int option, ...);
__attribute__((weak)) int mallopt(int option, int value);
__attribute__((weak)) int malloc_trim(size_t kept);

static int count_no_memory(void) { return sqlite3_config(9, 0); } // SQLITE_CONFIG_MEMSTATUS

// By default, glibc gives each thread an arena of its own, up to eight per core. Connections change
// threads, so what is free in one arena is missing in another, and the program grew with each
// minute of requests. With one arena for all it stays as it is, and answers as fast.
__attribute__((constructor)) static void share_one_arena(void) {
	if (mallopt) mallopt(-8, 1); // M_ARENA_MAX; before Go starts, because threads choose theirs at once
}

static void return_memory(void) {
	if (malloc_trim) malloc_trim(0);
}
*/
import "C"

import "fmt"

// SQLite counts the memory it uses under one lock, which every allocation of every connection takes.
// Nobody reads the count, and without it two cores answer twice as many searches
// (https://www.sqlite.org/compile.html recommends leaving it out). It can only be chosen before
// the first connection.
func init() {
	if code := C.count_no_memory(); code != 0 {
		panic(fmt.Sprintf("sqlite3_config: error %d", code))
	}
}

// ReturnMemory returns memory that closed connections have left to the system.
func ReturnMemory() { C.return_memory() }
