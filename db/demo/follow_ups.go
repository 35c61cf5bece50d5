package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"clientregistry/db"
)

// followUp is a follow-up in its final state, and when it was done; 0 means never.
type followUp struct {
	db.FollowUp
	done int64
}

// followUp returns the follow-up of an interaction. One in twenty interactions of the last month
// has one; most of those due are done.
func (x sample) followUp(i interaction, n db.Interaction) (f followUp, planned bool) {
	r, now := random(x.plan.seed, forFollowUps, i.number), x.plan.now.UnixMilli()
	if i.created < x.plan.now.AddDate(0, -1, 0).UnixMilli() || r.IntN(20) > 0 {
		return f, false
	}
	f.ID, f.InteractionID, f.AssigneeID, f.Version = newID(x.plan.seed, forFollowUps, i.number, i.created), n.ID, n.UserID, 1
	f.Text = x.phrase(r, nextSteps[i.channel], i.contact)
	due := f.fallsDue(r, i.created)
	if r.IntN(4) > 0 {
		if f.done = x.plan.year.between(i.created+60*minute, due.UnixMilli(), r.Float64()); f.done < now {
			f.Version = 2
			return f, true
		}
	}
	f.done = 0
	x.give(r, &f, n.UserID)
	return f, true
}

// fallsDue makes a follow-up due on a working day of the next weeks, one in five at a time of it.
func (f *followUp) fallsDue(r *rand.Rand, from int64) time.Time {
	due := time.UnixMilli(from).UTC().AddDate(0, 0, 1+r.IntN(20))
	for due.Weekday() == time.Saturday || due.Weekday() == time.Sunday {
		due = due.AddDate(0, 0, 1)
	}
	f.DueOn = due.Format(time.DateOnly)
	if r.IntN(5) == 0 {
		f.DueTime = fmt.Sprintf("%02d:%02d", 8+r.IntN(9), 30*r.IntN(2))
	}
	return due
}

// give gives one in three follow-ups to a colleague of who planned them; they have
// looked at half of those.
func (x sample) give(r *rand.Rand, f *followUp, from string) {
	if to := one(r, x.users.editors); r.IntN(3) == 0 && to != from {
		f.AssigneeID, f.New = to, r.IntN(2) == 0
	}
}

// ownFollowUp is a follow-up of its own that somebody planned when they had an
// interaction of the last two weeks, one in twenty: about its clients, its
// organization, or none. None of them is done.
func (x sample) ownFollowUp(i interaction, n db.Interaction) (h happening, planned bool) {
	r := random(x.plan.seed, forOwnFollowUps, i.number)
	if i.created < x.plan.now.AddDate(0, 0, -14).UnixMilli() || r.IntN(20) > 0 {
		return h, false
	}
	f := followUp{FollowUp: db.FollowUp{
		ID: newID(x.plan.seed, forOwnFollowUps, i.number, i.created), AssigneeID: n.UserID, Version: 1,
	}}
	of := db.Interaction{UserID: n.UserID, CreatedAt: n.CreatedAt}
	contact := -1
	switch r.IntN(3) {
	case 0:
		f.Text = x.phrase(r, officeSteps, contact)
	case 1:
		contact, of.ContactID = i.contact, n.ContactID
		fallthrough
	default:
		of.OrganizationID = n.OrganizationID
		f.Text = x.phrase(r, ownSteps, contact)
	}
	f.OrganizationID, f.ContactID = of.OrganizationID, of.ContactID
	f.fallsDue(r, i.created)
	x.give(r, &f, n.UserID)
	return happening{at: i.created, kind: planFollowUp, said: of, step: f, planned: true}, true
}
