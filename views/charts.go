package views

import (
	"math"
	"strconv"
)

// Chart is a bar chart. Each bar links to the list behind it, and a table has the same numbers.
type Chart struct {
	ID, Heading, Note string
	Finding           string // what the chart shows, in a sentence
	Nothing           string // text if there is nothing to draw
	Legend            []Series
	Drawing           Drawing
	Head              []string // column headings of the table
	Rows              []ChartRow
}

// Series names the bars of one color.
type Series struct{ Class, Label string }

// ChartRow is a row of a chart's table: the label of a bar and its numbers.
type ChartRow struct {
	Label, Href string
	Cells       []ChartCell
}

// ChartCell is a number with a link to the list that it counts.
type ChartCell struct{ Text, Href string }

// Drawing is a chart as SVG, chartWidth wide. A unit is about a pixel.
type Drawing struct {
	Height float64
	Lines  []float64 // heights of the horizontal lines
	Texts  []ChartText
	Bars   []ChartBar
}

// ChartText is a text that begins at a point; with class end it ends there, with mid it is centred.
// With a width it is cut off.
type ChartText struct {
	X, Y, Width float64
	Class, Text string
}

// ChartBar links to one list, if any. Parts of a bar are not in the tab order, because twelve bars
// of four parts would be too many stops and the table has the same links.
type ChartBar struct {
	Href, Title string
	Part        bool
	Rects       []ChartRect
}

// ChartRect is a rectangle in the color of its class; "hit" is the area to press.
type ChartRect struct {
	Class               string
	X, Y, Width, Height float64
}

// Panel is a group of columns, with a name if there are several.
type Panel struct {
	Name    string
	Columns []ChartColumn
}

// ChartColumn is a column of stacked parts, from the bottom up, or a horizontal bar. Title
// describes it; Value stands beside a horizontal bar.
type ChartColumn struct {
	Label, Value, Href, Title string
	Parts                     []ChartPart
}

// ChartPart is a number drawn as a rectangle.
type ChartPart struct {
	Class, Href, Title string
	N                  int
}

// Sizes in a drawing: the whole, the column for the scale, a single plot and one of several, the
// line of labels, a horizontal bar with the name above it.
const (
	chartWidth  = 330
	scaleWidth  = 28
	plotHeight  = 108
	panelHeight = 58
	labelHeight = 22
	rowHeight   = 32
)

// DrawColumns draws panels one below the other, with labels under the last.
func DrawColumns(panels []Panel) Drawing {
	var d Drawing
	height, steps := float64(plotHeight), 3
	if len(panels) > 1 {
		height, steps = panelHeight, 2
	}
	for i, p := range panels {
		if d.Height += 10; p.Name != "" {
			d.Height += float64(min(i, 1)) * 12
			d.Texts = append(d.Texts, ChartText{X: scaleWidth, Y: d.Height, Text: p.Name})
			d.Height += 10
		}
		d.plot(p.Columns, height, steps)
	}
	last := panels[len(panels)-1].Columns
	for i, c := range last {
		left, width := columnPlace(i, len(last))
		label := ChartText{X: tenth(left + width/2), Y: d.Height + 17, Class: "mid", Text: c.Label}
		if i == len(last)-1 && len(c.Label) > 4 { // a longer one would be cut off
			label.X, label.Class = chartWidth, "end"
		}
		if c.Label != "" {
			d.Texts = append(d.Texts, label)
		}
	}
	d.Height += labelHeight
	return d
}

// columnPlace returns the position of the i-th of n columns.
func columnPlace(i, n int) (left, width float64) {
	width = float64(chartWidth-scaleWidth) / float64(n)
	return scaleWidth + float64(i)*width, width
}

// plot draws columns below what was drawn so far, on a scale of at most steps steps.
func (d *Drawing) plot(columns []ChartColumn, height float64, steps int) {
	top, bottom := d.Height, d.Height+height
	d.Height = bottom
	step, ticks := scale(most(columns), steps)
	unit := height / float64(step*ticks)
	for tick := range ticks + 1 {
		y := tenth(bottom - float64(tick*step)*unit)
		d.Lines = append(d.Lines, y)
		d.Texts = append(d.Texts, ChartText{X: scaleWidth - 6, Y: y + 4, Class: "end", Text: abbreviate(tick * step)})
	}
	for i, c := range columns {
		left, width := columnPlace(i, len(columns))
		whole := ChartBar{Href: c.Href, Title: c.Title, Rects: []ChartRect{{"hit", tenth(left), top, tenth(width), height}}}
		var parts []ChartBar
		y := bottom
		for _, p := range c.Parts {
			if p.N == 0 {
				continue
			}
			tall := float64(p.N) * unit
			y -= tall
			rect := ChartRect{p.Class, tenth(left + 4), tenth(y), tenth(width - 8), tenth(max(tall-1, 0.8))}
			if len(c.Parts) == 1 {
				whole.Rects = append(whole.Rects, rect)
			} else {
				parts = append(parts, ChartBar{Href: p.Href, Title: p.Title, Part: true, Rects: []ChartRect{rect}})
			}
		}
		d.Bars = append(append(d.Bars, whole), parts...)
	}
}

// DrawRows draws horizontal bars, each under its name.
func DrawRows(rows []ChartColumn) Drawing {
	d := Drawing{Height: float64(len(rows)) * rowHeight}
	unit := chartWidth / float64(max(most(rows), 1))
	for i, r := range rows {
		top := float64(i) * rowHeight
		d.Texts = append(d.Texts, ChartText{X: 0, Y: top, Width: chartWidth - 60, Text: r.Label},
			ChartText{X: chartWidth, Y: top + 15, Class: "end", Text: r.Value})
		bar := ChartBar{Href: r.Href, Title: r.Title, Rects: []ChartRect{{"hit", 0, top, chartWidth, rowHeight}}}
		for _, p := range r.Parts {
			bar.Rects = append(bar.Rects, ChartRect{p.Class, 0, top + 21, tenth(max(float64(p.N)*unit, 1)), 5})
		}
		d.Bars = append(d.Bars, bar)
	}
	return d
}

func most(columns []ChartColumn) int {
	most := 0
	for _, c := range columns {
		sum := 0
		for _, p := range c.Parts {
			sum += p.N
		}
		most = max(most, sum)
	}
	return most
}

// scale divides the height n into at most steps steps, each 1, 2 or 5 times a power of ten.
func scale(n, steps int) (step, ticks int) {
	for step = 1; ; step *= 10 {
		for _, times := range []int{1, 2, 5} {
			if step*times*steps >= n {
				step *= times
				return step, max((n+step-1)/step, 1)
			}
		}
	}
}

// abbreviate abbreviates a number on a scale: 500, 1.5k, 20k, 2M.
func abbreviate(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n)/1_000_000, 'f', -1, 64) + "M"
	case n >= 1_000:
		return strconv.FormatFloat(float64(n)/1_000, 'f', -1, 64) + "k"
	}
	return strconv.Itoa(n)
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }
