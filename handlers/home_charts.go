package handlers

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// homeChart describes a chart of the home page.
type homeChart struct {
	name, label string
	seen        func(*visitor) bool
	draw        func(*Server, *gin.Context) (views.Chart, error)
}

// homeCharts are the charts of the home page: interactions by week, new clients by month and clients by
// owner, counting only what the visitor may see.
var homeCharts = []homeChart{
	{"weeks", "Interactions", seesInteractions, func(s *Server, c *gin.Context) (views.Chart, error) {
		weeks, err := s.db.InteractionsByWeek(c.Request.Context(), who(c).Actor)
		if err != nil {
			return views.Chart{}, err
		}
		return weeksChart(weeks), nil
	}},
	{"months", "New clients", seesClients, func(s *Server, c *gin.Context) (views.Chart, error) {
		months, err := s.db.NewClientsByMonth(c.Request.Context(), who(c).Actor)
		if err != nil {
			return views.Chart{}, err
		}
		return monthsChart(months), nil
	}},
	{"owners", "Owners", seesClients, func(s *Server, c *gin.Context) (views.Chart, error) {
		owners, err := s.db.ClientsByOwner(c.Request.Context(), who(c).Actor)
		return ownersChart(owners), err
	}},
}

// homeChart shows the chart that the address chooses, else the first with something to draw.
func (s *Server) homeChart(c *gin.Context) (views.HomeCard, error) {
	offered := slices.DeleteFunc(slices.Clone(homeCharts), func(x homeChart) bool { return !x.seen(who(c)) })
	chosen := slices.IndexFunc(offered, func(x homeChart) bool { return x.name == c.Query("chart") })
	var card, first views.HomeChart
	for i, x := range offered {
		if chosen >= 0 && i != chosen {
			continue
		}
		chart, err := x.draw(s, c)
		if err != nil {
			return nil, err
		}
		card = views.HomeChart{Chart: chart, Tabs: views.CardTabs{Label: "Charts"}}
		for j, other := range offered {
			card.Tabs.Tabs = append(card.Tabs.Tabs, s.cardTab(c, "chart", other.name, other.label, j == i))
		}
		if !card.Bare() {
			return card, nil
		}
		if i == 0 {
			first = card
		}
	}
	if chosen < 0 {
		return first, nil
	}
	return card, nil
}

func weeksChart(weeks []db.Counted) views.Chart {
	chart := views.Chart{ID: "weeks", Heading: "Interactions per week", Note: "12 weeks", Head: []string{"Week of"}}
	for _, channel := range db.Channels {
		chart.Legend = append(chart.Legend, views.Series{Class: "k-" + channel, Label: wording.Channel(channel)})
		chart.Head = append(chart.Head, wording.Channel(channel))
	}
	var panel views.Panel
	var peak db.Counted
	for i, week := range weeks {
		monday, p := week.From.Format("2 Jan"), rangeParameters(week.Range, "from", "to")
		column := views.ChartColumn{Href: listLink("/interactions", p, sum(week))}
		row := views.ChartRow{Label: monday, Href: column.Href}
		var parts []string
		for _, channel := range db.Channels {
			n, href := week.Of[channel], listLink("/interactions", with(p, "channel", channel), week.Of[channel])
			column.Parts = append(column.Parts, views.ChartPart{
				Class: "k-" + channel, Href: href, Title: fmt.Sprintf("Week of %s: %s", monday, wording.Plural(n, channel)), N: n,
			})
			row.Cells = append(row.Cells, views.ChartCell{Text: wording.Grouped(n), Href: href})
			if n > 0 {
				parts = append(parts, wording.Plural(n, channel))
			}
		}
		if column.Title = fmt.Sprintf("Week of %s: nothing", monday); len(parts) > 0 {
			column.Title = fmt.Sprintf("Week of %s: %s (%s)", monday, wording.Plural(sum(week), "interaction"), strings.Join(parts, ", "))
		}
		if i%2 == 1 { // there is room for every second label, including this week's
			column.Label = monday
		}
		if sum(week) > sum(peak) {
			peak = week
		}
		panel.Columns, chart.Rows = append(panel.Columns, column), append(chart.Rows, row)
	}
	if sum(peak) == 0 {
		chart.Nothing = "Nothing logged in the last 12 weeks. Calls, emails, meetings and notes are counted here."
		return chart
	}
	chart.Finding = fmt.Sprintf("Most in the week of %s: %s. This week so far: %s.",
		peak.From.Format("2 January"), wording.Grouped(sum(peak)), wording.Grouped(sum(weeks[len(weeks)-1])))
	chart.Drawing = views.DrawColumns([]views.Panel{panel})
	return chart
}

// kindsOfClient are counted by month.
var kindsOfClient = []struct{ kind, words, path string }{
	{"organization", "Organizations", "/organizations"}, {"contact", "Contacts", "/contacts"},
}

func monthsChart(months []db.Counted) views.Chart {
	chart := views.Chart{ID: "months", Heading: "New clients per month", Note: "12 months", Head: []string{"Month"}}
	panels := make([]views.Panel, len(kindsOfClient))
	total := 0
	for i, month := range months {
		row := views.ChartRow{Label: month.From.Format("Jan 2006")}
		for k, x := range kindsOfClient {
			n := month.Of[x.kind]
			href := listLink(x.path, with(rangeParameters(month.Range, "created_from", "created_to"), "status", "all"), n)
			title := fmt.Sprintf("%s: %s", month.From.Format("January 2006"), wording.Plural(n, x.kind))
			column := views.ChartColumn{Href: href, Title: title, Parts: []views.ChartPart{{N: n}}}
			if i%2 == 1 {
				column.Label = month.From.Format("Jan")
			}
			panels[k].Name = x.words
			panels[k].Columns = append(panels[k].Columns, column)
			row.Cells = append(row.Cells, views.ChartCell{Text: wording.Grouped(n), Href: href})
		}
		total += sum(month)
		chart.Rows = append(chart.Rows, row)
	}
	for _, x := range kindsOfClient {
		chart.Head = append(chart.Head, x.words)
	}
	if total == 0 {
		chart.Nothing = "No organization or contact was created in the last 12 months."
		return chart
	}
	this := months[len(months)-1]
	chart.Finding = fmt.Sprintf("%s created in 12 months; this month so far %s and %s.", wording.Plural(total, "client"),
		wording.Plural(this.Of["organization"], "organization"), wording.Plural(this.Of["contact"], "contact"))
	chart.Drawing = views.DrawColumns(panels)
	return chart
}

// mostOwners is the largest number of owners that the chart names.
const mostOwners = 10

func ownersChart(owners []db.OwnerCount) views.Chart {
	chart := views.Chart{ID: "owners", Heading: "Clients per owner", Note: "Active organizations", Head: []string{"Owner", "Organizations"}}
	if len(owners) == 0 {
		chart.Nothing = "No active organizations yet."
		return chart
	}
	var rows []views.ChartColumn
	total, others := 0, 0
	show := func(name, href string, n int) {
		rows = append(rows, views.ChartColumn{
			Label: name, Value: wording.Grouped(n), Href: href,
			Title: text.IsolateForeign(name) + ": " + wording.Plural(n, "organization"), Parts: []views.ChartPart{{N: n}},
		})
	}
	list := func(name, href string, n int) {
		chart.Rows = append(chart.Rows, views.ChartRow{Label: name, Cells: []views.ChartCell{{Text: wording.Grouped(n), Href: href}}})
	}
	for i, o := range owners { // the table lists all owners
		total += o.Organizations
		if o.UserID == "" {
			list("No owner", "/organizations?owner=none", o.Organizations)
		} else {
			list(o.Name, "/organizations?owner="+o.UserID, o.Organizations)
		}
		switch last := i == len(owners)-1; {
		case o.UserID == "":
			show("No owner", "/organizations?owner=none", o.Organizations)
		case i < mostOwners:
			show(o.Name, "/organizations?owner="+o.UserID, o.Organizations)
		default:
			if others += o.Organizations; last || owners[i+1].UserID == "" {
				show(wording.Plural(i+1-mostOwners, "other"), "", others)
			}
		}
	}
	chart.Finding = fmt.Sprintf("%s: %s of %s.", rows[0].Label, rows[0].Value, wording.Plural(total, "active organization"))
	chart.Drawing = views.DrawRows(rows)
	return chart
}

func sum(c db.Counted) int {
	n := 0
	for _, of := range c.Of {
		n += of
	}
	return n
}

// rangeParameters writes a range as the parameters for its first and last day.
func rangeParameters(r db.Range, from, to string) url.Values {
	return url.Values{from: {db.DateOf(r.From).String()}, to: {db.DateOf(r.To).Add(-1).String()}}
}

// listLink returns the address of a list of n rows, "" if it would be empty.
func listLink(path string, p url.Values, n int) string {
	if n == 0 {
		return ""
	}
	return address(path, p)
}
