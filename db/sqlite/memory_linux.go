//go:build cgo

package sqlite

// SQLite is compiled into the program by its driver; the linker finds the function there.

/*
__attribute__((weak)) int sqlite3_config(int option, ...);

static int count_no_memory(void) { return sqlite3_config(9, 0); } // SQLITE_CONFIG_MEMSTATUS
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
