//go:build race

package api_test

// waiterMemory is what 500 programs that wait may take. The race detector makes stacks larger.
const waiterMemory = 40 << 20
