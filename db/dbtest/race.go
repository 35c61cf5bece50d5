//go:build race

package dbtest

// RaceDetector tells whether the race detector runs.
const RaceDetector = true
