//go:build !race

package api_test

// waiterMemory is what 500 programs that wait may take, in bytes.
const waiterMemory = 20 << 20
