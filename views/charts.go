package views

import (
	"math"
	"strconv"
)

// Chart is a figure of bars. Each bar leads to the list behind it, and the same
// numbers stand in a table.
type Chart struct {
	ID, Heading, Note string
	Finding           string // what the bars show, in a sentence
	Nothing           string // said instead where there is nothing to draw
	Legend            []Series
	Drawing           Drawing
	Head              []string // of the table
	Rows              []ChartRow
}

// Series is what bars of one colour stand for.
type Series struct{ Class, Label string }

// ChartRow is a row of a chart's table: what its bar stands for, and the numbers.
type ChartRow struct {
	Label, Href string
	Cells       []ChartCell
}

// ChartCell is a number, and the list of what it counts.
type ChartCell struct{ Text, Href string }

// Drawing is a chart as SVG, chartWidth wide; a unit is about a pixel.
type Drawing struct {
	Height float64
	Lines  []float64 // across, at these heights
	Texts  []ChartText
	Bars   []ChartBar
}

// ChartText is a text that begins at a point, or in the class end or mid ends
// or has its middle there. One with a width is cut off at it.
type ChartText struct {
	X, Y, Width float64
	Class, Text string
}

// ChartBar is what leads to one list, if any. A part of a bar is left out of
// the order of the tab key: twelve bars of four parts are too many stops, and
// the table has them all.
type ChartBar struct {
	Href, Title string
	Part        bool
	Rects       []ChartRect
}

// ChartRect is a rectangle in the colour of its class; "hit" is the place to press.
type ChartRect struct {
	Class               string
	X, Y, Width, Height float64
}

// Panel is a plot of columns, with its name where there are several.
type Panel struct {
	Name    string
	Columns []ChartColumn
}

// ChartColumn is a column of parts, one on the other from below, or a bar that
// lies. Title is said of it, Value beside one that lies.
type ChartColumn struct {
	Label, Value, Href, Title string
	Parts                     []ChartPart
}

// ChartPart is a number as a rectangle.
type ChartPart struct {
	Class, Href, Title string
	N                  int
}

// Sizes in a drawing: all of it, the column of its scale, a plot alone and one
// of several, the line of labels below, a bar that lies with its name above.
const (
	chartWidth  = 330
	scaleWidth  = 28
	plotHeight  = 108
	panelHeight = 58
	labelHeight = 22
	rowHeight   = 32
)

// DrawColumns draws panels one under the other, with labels under the last.
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
		left, width := place(i, len(last))
		label := ChartText{X: tenth(left + width/2), Y: d.Height + 17, Class: "mid", Text: c.Label}
		if i == len(last)-1 && len(c.Label) > 4 { // or it would stand out
			label.X, label.Class = chartWidth, "end"
		}
		if c.Label != "" {
			d.Texts = append(d.Texts, label)
		}
	}
	d.Height += labelHeight
	return d
}

// place is where the i-th of n columns is.
func place(i, n int) (left, width float64) {
	width = float64(chartWidth-scaleWidth) / float64(n)
	return scaleWidth + float64(i)*width, width
}

// plot draws columns under what is drawn already, on a scale of at most so many steps.
func (d *Drawing) plot(columns []ChartColumn, height float64, steps int) {
	top, bottom := d.Height, d.Height+height
	d.Height = bottom
	step, ticks := scale(most(columns), steps)
	unit := height / float64(step*ticks)
	for tick := range ticks + 1 {
		y := tenth(bottom - float64(tick*step)*unit)
		d.Lines = append(d.Lines, y)
		d.Texts = append(d.Texts, ChartText{X: scaleWidth - 6, Y: y + 4, Class: "end", Text: short(tick * step)})
	}
	for i, c := range columns {
		left, width := place(i, len(columns))
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

// DrawRows draws bars that lie, each under its name.
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

// scale divides a height of n into at most so many steps of 1, 2 or 5, or of
// ten, a hundred … times that.
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

// short is a number of a scale: 500, 1.5k, 20k, 2M.
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n)/1_000_000, 'f', -1, 64) + "M"
	case n >= 1_000:
		return strconv.FormatFloat(float64(n)/1_000, 'f', -1, 64) + "k"
	}
	return strconv.Itoa(n)
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }
