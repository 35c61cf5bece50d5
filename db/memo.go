package db

import "sync"

// memo keeps answers that stand on every page (counts, suggestions, owners)
// until something in the registry changes: this program's own commits empty it,
// and those of others as soon as a session is asked for.
type memo struct {
	mu      sync.Mutex
	state   int // how often it was emptied
	answers map[string]any
}

// maxMemo bounds the answers kept.
const maxMemo = 1000

func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state++
	clear(m.answers)
}

// memoized returns the kept answer of a key, or asks for it and keeps it
// unless something changed meanwhile. What it returns is shared: read only.
func memoized[T any](m *memo, key string, ask func() (T, error)) (T, error) {
	m.mu.Lock()
	state := m.state
	kept, ok := m.answers[key]
	m.mu.Unlock()
	if ok {
		return kept.(T), nil
	}
	answer, err := ask()
	if err != nil {
		return answer, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state == state {
		if m.answers == nil || len(m.answers) >= maxMemo {
			m.answers = map[string]any{}
		}
		m.answers[key] = answer
	}
	return answer, nil
}
