//go:build !race

package handlerstest

// RaceDetector tells whether the race detector runs.
const RaceDetector = false
