package db

import (
	"cmp"
	"iter"
	"slices"
)

// demoHappening is one thing that happens in the sample. An interaction comes with
// what was said, and with the follow-up that was planned, if one was; a follow-up
// that is done with the interaction that it is of.
type demoHappening struct {
	at      int64
	kind    uint8 // of a demoEvent, or one of these
	i       int   // the number of the organization, contact or link
	said    Interaction
	step    demoFollowUp
	planned bool
}

// The kinds of happening beside those of events.
const (
	logInteraction = archiveOrganization + 1 + iota
	finishFollowUp
)

// story is all that happens, in order.
func (x demoText) story() iter.Seq[demoHappening] {
	return func(yield func(demoHappening) bool) {
		events, timeline := x.plan.events, x.plan.timeline()
		var todo []demoHappening // follow-ups that will be done, the first one first
		next, more := timeline.next()
		for len(events) > 0 || more || len(todo) > 0 {
			var h demoHappening
			if len(todo) > 0 && (!more || todo[0].at <= next.created) && (len(events) == 0 || todo[0].at <= events[0].at) {
				h, todo = todo[0], todo[1:]
			} else if len(events) > 0 && (!more || events[0].at <= next.created) {
				h = demoHappening{at: events[0].at, kind: events[0].kind, i: int(events[0].i)}
				events = events[1:]
			} else {
				h = demoHappening{at: next.created, kind: logInteraction, said: x.interaction(next)}
				h.step, h.planned = x.followUp(next, h.said)
				if h.step.done != 0 {
					done := demoHappening{at: h.step.done, kind: finishFollowUp, said: h.said, step: h.step}
					at, _ := slices.BinarySearchFunc(todo, done, func(a, b demoHappening) int { return cmp.Or(cmp.Compare(a.at, b.at), -1) })
					todo = slices.Insert(todo, at, done)
				}
				next, more = timeline.next()
			}
			if !yield(h) {
				return
			}
		}
	}
}

// demoChunk is some rows by the statement that writes them, and how many records they make.
type demoChunk struct {
	rows          map[string][][]any
	size, records int
}

// demoSink gathers rows and sends them in chunks.
type demoSink struct {
	out   chan<- demoChunk
	stop  <-chan struct{}
	chunk demoChunk
}

func (s *demoSink) put(query string, row ...any) {
	if s.chunk.rows == nil {
		s.chunk.rows = map[string][][]any{}
	}
	s.chunk.rows[query] = append(s.chunk.rows[query], row)
	s.chunk.size++
}

// flush sends the chunk where it has more rows than that. It returns false when nobody wants more.
func (s *demoSink) flush(over int) bool {
	if s.chunk.size <= over {
		return true
	}
	select {
	case s.out <- s.chunk:
		s.chunk = demoChunk{}
		return true
	case <-s.stop:
		return false
	}
}
