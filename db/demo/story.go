package demo

import (
	"cmp"
	"iter"
	"slices"

	"clientregistry/db"
)

// happening is one event of the sample. One of an interaction includes the interaction, and the
// follow-up planned with it, if any. One of a finished follow-up includes its interaction.
type happening struct {
	at      int64
	kind    uint8 // a kind of event, or one of those below
	i       int   // number of the organization, contact or link
	said    db.Interaction
	step    followUp
	planned bool
}

// The kinds of happening in addition to those of events.
const (
	logInteraction = archiveOrganization + 1 + iota
	finishFollowUp
	planFollowUp // one that stands on its own; said says who planned it, and about whom
)

// story returns all happenings in order.
func (x sample) story() iter.Seq[happening] {
	return func(yield func(happening) bool) {
		events, timeline := x.plan.events, x.plan.timeline()
		var todo []happening // follow-ups that will be done, the earliest first
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
				if h.step, h.planned = x.followUp(next, h.said); h.planned {
					h.said.LoggerID = "" // who plans the next step logs it
				}
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

// sink collects rows and passes them on in batches.
type sink struct {
	yield func(*db.Rows) bool
	rows  *db.Rows
}

// flush passes the rows on once there are more than over. It returns false when the reader has stopped.
func (s *sink) flush(over int) bool {
	if s.rows.Len() <= over {
		return true
	}
	rows := s.rows
	s.rows = &db.Rows{}
	return s.yield(rows)
}
