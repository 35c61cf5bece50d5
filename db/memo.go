package db

import "sync"

// memo caches answers that every page needs, like counts, suggestions and owners, until something
// changes. Our own commits clear it; those of other processes do so at the next look-up of a
// session.
type memo struct {
	mu      sync.Mutex
	state   int // how often it was cleared
	answers map[string]any
}

// maxMemo is the number of answers after which the cache starts over.
const maxMemo = 1000

func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state++
	clear(m.answers)
}

// memoized returns the cached answer for key, or calls ask and caches its answer, unless something
// changed in the meantime. Callers share the answer and must not modify it.
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
