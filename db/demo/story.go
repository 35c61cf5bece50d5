package demo

import (
	"cmp"
	"iter"
	"slices"

	"clientregistry/db"
)

// happening is one thing that happens in the sample. An interaction comes with
// what was said, and with the follow-up that was planned, if one was; a follow-up
// that is done with the interaction that it is of.
type happening struct {
	at      int64
	kind    uint8 // of an event, or one of these
	i       int   // the number of the organization, contact or link
	said    db.Interaction
	step    followUp
	planned bool
}

// The kinds of happening beside those of events.
const (
	logInteraction = archiveOrganization + 1 + iota
	finishFollowUp
	planFollowUp // one that stands on its own; said says who planned it, and about whom
)

// story is all that happens, in order.
func (x sample) story() iter.Seq[happening] {
	return func(yield func(happening) bool) {
		events, timeline := x.plan.events, x.plan.timeline()
		var todo []happening // follow-ups that will be done, the first one first
		next, more := timeline.next()
		for len(events) > 0 || more || len(todo) > 0 {
			var h happening
			if len(todo) > 0 && (!more || todo[0].at <= next.created) && (len(events) == 0 || todo[0].at <= events[0].at) {
				h, todo = todo[0], todo[1:]
			} else if len(events) > 0 && (!more || events[0].at <= next.created) {
				h = happening{at: events[0].at, kind: events[0].kind, i: int(events[0].i)}
				events = events[1:]
			} else {
				h = happening{at: next.created, kind: logInteraction, said: x.interaction(next)}
				h.step, h.planned = x.followUp(next, h.said)
				if h.step.done != 0 {
					done := happening{at: h.step.done, kind: finishFollowUp, said: h.said, step: h.step}
					at, _ := slices.BinarySearchFunc(todo, done, func(a, b happening) int { return cmp.Or(cmp.Compare(a.at, b.at), -1) })
					todo = slices.Insert(todo, at, done)
				}
				own, planned := x.ownFollowUp(next, h.said)
				next, more = timeline.next()
				if planned && !yield(h) {
					return
				}
				if planned {
					h = own
				}
			}
			if !yield(h) {
				return
			}
		}
	}
}

// sink gathers rows and hands them on, many at a time.
type sink struct {
	yield func(*db.Rows) bool
	rows  *db.Rows
}

// flush hands the rows on where they are more than that. It returns false when nobody wants more.
func (s *sink) flush(over int) bool {
	if s.rows.Len() <= over {
		return true
	}
	rows := s.rows
	s.rows = &db.Rows{}
	return s.yield(rows)
}
