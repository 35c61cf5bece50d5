package dbtest

// Steps returns n, or under the race detector an eighth of it and at least 1. The detector makes the
// steps of a test ten times as slow, and finds nothing new in those made one after another. make test
// runs tests that use this both ways.
func Steps(n int) int {
	if RaceDetector {
		return max(n/8, 1)
	}
	return n
}
