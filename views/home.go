package views

import (
	"math"
	"slices"
)

// Home is the home page.
type Home struct {
	Page
	NoBackup     *NoBackup
	CanEdit      bool
	NothingToSee bool
	FirstSteps   bool     // whether the first steps are among the cards
	Nothing      *Nothing // why there are no clients yet, instead of the first steps
	Alone        bool     // whether there are no clients yet, so that one card is enough
	FindClient   bool     // whether to offer the search, to those who see nothing of what is done
	Hidden       bool     // whether the visitor hid all cards
	Cards        []HomeCard
	Choices      []Option // cards to choose from
	Views        []Option // saved views among them
}

// Template names the page.
func (Home) Template() string { return "home/index.html" }

// HomeCard is a card of the home page.
type HomeCard interface {
	View
	// Bare reports whether the card has nothing to show.
	Bare() bool
	// height is about how tall it is, in pixels.
	height() int
}

// About how tall the parts of a card are, in pixels.
const (
	headHeight, groupHeight, lineHeight = 45, 32, 53
	eventHeight, chartHeight            = 76, 285
	emptyHeight                         = 86
)

func rowsHeight(n, each int) int {
	if n == 0 {
		return emptyHeight
	}
	return headHeight + n*each
}

// Bare reports whether there are none.
func (c FollowUpCard) Bare() bool { return len(c.Groups) == 0 }

func (c FollowUpCard) height() int {
	n := 0
	for _, g := range c.Groups {
		n += len(g.Rows)
	}
	return rowsHeight(n, lineHeight+5) + len(c.Groups)*groupHeight // the clients of a follow-up often take two lines
}

// FirstSteps is the card of the first things to do in a new registry.
type FirstSteps struct {
	Done  string // how many are done, in words
	Steps []FirstStep
}

// Template names the card.
func (FirstSteps) Template() string { return "home/_first_steps.html" }

// Bare is false: without a step there is no card.
func (FirstSteps) Bare() bool { return false }

func (c FirstSteps) height() int { return rowsHeight(len(c.Steps), lineHeight+8) }

// FirstStep is one of them, with the page to do it on.
type FirstStep struct {
	Label, Text  string
	Done, Next   bool   // Next is the first that is not done
	Action, Href string // label and address, "" if it cannot be done yet
	ID           string // of the link, "" for none
}

// Nothing says why there are no clients yet.
type Nothing struct {
	Heading, Text string
	CanEdit       bool
}

// HomeRows is a card of records or interactions, each in a row.
type HomeRows struct {
	ID, Heading string
	Tabs        CardTabs
	All         string // address of all of them, "" for none
	Rows        []HomeRow
	Nothing     string // text if there are none
}

// Template names the card.
func (HomeRows) Template() string { return "home/_rows.html" }

// Bare reports whether there are none.
func (c HomeRows) Bare() bool { return len(c.Rows) == 0 }

func (c HomeRows) height() int { return rowsHeight(len(c.Rows), lineHeight) }

// CardTabs choose what a card shows. Each is a link; htmx only swaps the card.
type CardTabs struct {
	Label string // says what they choose
	Tabs  []CardTab
}

// CardTab is one of them.
type CardTab struct {
	ID, Label, Href, Part string // Part is the address of the card alone
	Current               bool
}

// HomeRow is a record or an interaction on the home page.
type HomeRow struct {
	Name, Href    string
	Did, About    string // About may be in any script
	Before, Never string // before the time, and instead of it
	Square        bool
	Channel       string // of an interaction
	Time          *Time
}

// HomeToday is the card of today's interactions.
type HomeToday struct {
	Events       []HomeEvent
	Wide, Narrow int // how many are shown in three columns, and in fewer
}

// Fold returns the class that hides an event where there are too many.
func (c HomeToday) Fold(i int) string {
	switch {
	case i >= c.Wide:
		return " few"
	case i >= c.Narrow:
		return " wide"
	}
	return ""
}

// Template names the card.
func (HomeToday) Template() string { return "home/_today.html" }

// Bare reports whether nothing was logged today.
func (c HomeToday) Bare() bool { return len(c.Events) == 0 }

func (c HomeToday) height() int { return rowsHeight(len(c.Events), eventHeight) }

// HomeEvent is an interaction on the home page.
type HomeEvent struct {
	Event
	Sentence []Word
}

// HomeChart is the card of charts, which shows one of them.
type HomeChart struct {
	Chart
	Tabs CardTabs
}

// Template names the card.
func (HomeChart) Template() string { return "home/_chart.html" }

// Bare reports whether there is nothing to draw.
func (c HomeChart) Bare() bool { return c.Nothing != "" }

func (c HomeChart) height() int {
	if c.Bare() {
		return emptyHeight
	}
	return chartHeight
}

// HomeColumns are the cards in up to three columns. On a window with room for two, two of the three
// stand one above the other: the last two or, as Class says, the first two (ab) or the first and the last
// (ac).
type HomeColumns struct {
	Class   string
	Columns [][]HomeCard
}

// joined are the classes for which two columns stand one above the other.
var joined = []string{"", "ab", "ac"}

// The fewest and the most of today's events that are shown to make columns even.
const fewestToday, mostToday = 4, 12

// evenly is how many times as tall as another a column may be without looking taller.
const evenly = 1.25

// acceptable is how many times as tall the tallest column may be before the chart stands before what the team did today.
// The heights are estimates, so it is less than the 1.5 that they should keep.
const acceptable = 1.4

// Columns divides the cards into columns of about the same height in any window.
func (h Home) Columns() HomeColumns {
	switch len(h.Cards) {
	case 0, 1:
		return HomeColumns{"one", [][]HomeCard{h.Cards}}
	case 2:
		return HomeColumns{"pair", [][]HomeCard{h.Cards[:1], h.Cards[1:]}}
	}
	var best HomeColumns
	least := math.Inf(1)
	for n, cards := range [][]HomeCard{h.Cards, chartBeforeToday(h.Cards)} {
		for i := 1; i < len(cards)-1; i++ {
			for j := i + 1; j < len(cards); j++ {
				columns := [][]HomeCard{cards[:i], cards[i:j], cards[j:]}
				class, today, worst := leastUneven(columns, n == 1)
				if worst < least {
					least, best = worst, HomeColumns{class, shortenToday(columns, today)}
				}
			}
		}
		if least <= acceptable {
			break
		}
	}
	return best
}

// leastUneven returns the class and the numbers of today's events with which three columns are least uneven, and how
// uneven they are then: in windows with room for two columns or for three, whichever is worse. With chartFirst the last two
// do not stand one above the other, because what the team did today would come below the chart.
func leastUneven(columns [][]HomeCard, chartFirst bool) (class string, today HomeToday, worst float64) {
	two, three := math.Inf(1), math.Inf(1)
	for shown := mostToday; shown >= fewestToday; shown-- {
		a, b, c := stackHeight(columns[0], shown), stackHeight(columns[1], shown), stackHeight(columns[2], shown)
		if x := uneven(a, b, c); x < three {
			three, today.Wide = x, shown
		}
		for n, x := range []float64{uneven(a, b+c), uneven(a+b, c), uneven(a+c, b)} {
			if x < two && !(chartFirst && n == 0) {
				two, today.Narrow, class = x, shown, joined[n]
			}
		}
	}
	return class, today, max(two, three)
}

// chartBeforeToday returns the cards with the chart before what the team did today. In a single column,
// the style sheet restores their order.
func chartBeforeToday(cards []HomeCard) []HomeCard {
	cards = slices.Clone(cards)
	if n := len(cards); cards[n-1].Template() == (HomeChart{}).Template() {
		cards[n-2], cards[n-1] = cards[n-1], cards[n-2]
	}
	return cards
}

// shortenToday returns the columns with as many of today's events as shown says.
func shortenToday(columns [][]HomeCard, shown HomeToday) [][]HomeCard {
	for i, cards := range columns {
		columns[i] = slices.Clone(cards)
		for n, c := range cards {
			if today, ok := c.(HomeToday); ok {
				shown.Events = today.Events[:min(max(shown.Wide, shown.Narrow), len(today.Events))]
				columns[i][n] = shown
			}
		}
	}
	return columns
}

// stackHeight returns the height of the cards with at most this many of today's events.
func stackHeight(cards []HomeCard, today int) (n int) {
	for _, c := range cards {
		if x, ok := c.(HomeToday); ok {
			n += rowsHeight(min(today, len(x.Events)), eventHeight)
		} else {
			n += c.height()
		}
		n += 16
	}
	return n
}

// uneven returns the height of the tallest column divided by that of the shortest, but at least evenly.
func uneven(heights ...int) float64 {
	return max(evenly, float64(slices.Max(heights))/float64(slices.Min(heights)))
}
