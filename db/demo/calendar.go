package demo

import (
	"math"
	"sort"
	"time"
)

// calendar maps numbers from 0 to 1 to times within the working hours of a period. A larger number
// is never mapped to an earlier time.
type calendar struct {
	days       []workday
	start, end int64
}

// workday is a day's working time, and the share of the period's work before it and on it.
type workday struct {
	from, to     int64
	before, part float64
	whole        bool // it has the usual hours
}

// workingHours says how much of a day's work is done by which minute of the day in UTC. They suit
// offices between Lisbon and Istanbul.
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
		if end.Sub(day) < 24*time.Hour { // today until now, whatever the weekday and the time
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

// at returns the time for x, from 0 to 1.
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

// between returns a time between two others, after a share u of the work between their days.
func (c *calendar) between(from, to int64, u float64) int64 {
	a, b := c.x(from), c.x(to)
	return min(max(c.at(a+(b-a)*u), from), to)
}

// x returns the share of work before the day of a time.
func (c *calendar) x(at int64) float64 {
	if at >= c.end {
		return 1
	}
	i := sort.Search(len(c.days), func(i int) bool { return c.days[i].from > at }) - 1
	return c.days[max(i, 0)].before
}
