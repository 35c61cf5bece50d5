//go:build !race

package views

// distrust makes what is kept anew whenever it is shown, and compares. It holds
// under the race detector, so in every test of a page.
const distrust = false
