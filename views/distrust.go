//go:build !race

package views

// distrust makes what was kept for a key anew when it is shown again, and
// compares. It holds under the race detector, under which the tests of pages run.
const distrust = false
