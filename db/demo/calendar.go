package demo

import (
	"math"
	"sort"
	"time"
)

// calendar spreads a number from 0 to 1 over the working hours of a period.
// A greater number is never an earlier time.
type calendar struct {
	days       []workday
	start, end int64
}

// workday is a day's work: from and to, and how much of the period lies before and in it.
type workday struct {
	from, to     int64
	before, part float64
	whole        bool // it has the usual hours
}

// workingHours are when how much of a day's work is done: minutes of the day in
// UTC, so that it is the working day somewhere between Lisbon and Istanbul.
var workingHours = []struct{ done, at float64 }{
	{0, 5*60 + 30}, {0.02, 6*60 + 30}, {0.48, 11 * 60}, {0.56, 12*60 + 30}, {0.97, 16*60 + 30}, {1, 21 * 60},
}

func newCalendar(seed uint64, start, end time.Time) calendar {
	c := calendar{end: end.UnixMilli()}
	var total float64
	for day := start.Truncate(24 * time.Hour); day.Before(end); day = day.AddDate(0, 0, 1) {
		midnight := day.UnixMilli()
		first, last := workingHours[0], workingHours[len(workingHours)-1]
		d := workday{from: midnight + int64(first.at)*minute, to: midnight + int64(last.at)*minute, before: total, whole: true}
		d.part = 0.8 + 0.4*random(seed, forDays, int(midnight/minute)).Float64()
		switch {
		case day.Weekday() == time.Saturday || day.Weekday() == time.Sunday:
			d.part *= 0.03
		case day.Month() == time.July || day.Month() == time.August:
			d.part *= 0.7
		case day.Month() == time.December && day.Day() > 22:
			d.part *= 0.15
		}
		if end.Sub(day) < 24*time.Hour { // today, until now, whatever day and hour it is
			d.whole, d.to = false, c.end
			d.from = min(d.from, c.end-2*60*minute)
			d.part = max(0.3, math.Min(1, float64(d.to-d.from)/float64(10*60*minute)))
		}
		total += d.part
		c.days = append(c.days, d)
	}
	c.start = c.days[0].from
	for i := range c.days {
		c.days[i].before /= total
		c.days[i].part /= total
	}
	return c
}

// at is the time of x, from 0 to 1.
func (c *calendar) at(x float64) int64 {
	i := sort.Search(len(c.days), func(i int) bool { return c.days[i].before > x }) - 1
	d := c.days[max(i, 0)]
	done := min(max((x-d.before)/d.part, 0), 1)
	if !d.whole {
		return d.from + int64(done*float64(d.to-d.from))
	}
	k := 1
	for k < len(workingHours)-1 && done > workingHours[k].done {
		k++
	}
	a, b := workingHours[k-1], workingHours[k]
	at := a.at + (b.at-a.at)*(done-a.done)/(b.done-a.done)
	return d.from + int64((at-workingHours[0].at)*float64(minute))
}

// between is a time from one to another, after a share u of the work between their days.
func (c *calendar) between(from, to int64, u float64) int64 {
	a, b := c.x(from), c.x(to)
	return min(max(c.at(a+(b-a)*u), from), to)
}

// x is where the day of a time begins, or the end.
func (c *calendar) x(at int64) float64 {
	if at >= c.end {
		return 1
	}
	i := sort.Search(len(c.days), func(i int) bool { return c.days[i].from > at }) - 1
	return c.days[max(i, 0)].before
}
