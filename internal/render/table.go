package render

import (
	"bytes"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// A Column is the head of one column of a table.
type Column struct {
	Name  string
	Right bool // aligned to the right, for numbers
}

// Table writes rows under the columns, two blanks apart, without lines and
// without blanks at the end of a line.
func (p *Page) Table(columns []Column, rows [][]string) {
	if p.err != nil || len(rows) == 0 {
		return
	}
	align := make(tw.Alignment, len(columns))
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = p.faint(c.Name)
		align[i] = tw.AlignLeft
		if c.Right {
			align[i] = tw.AlignRight
		}
	}
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.PaddingDefault},
	}
	var b bytes.Buffer
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{
				Lines:      tw.LinesNone,
				Separators: tw.SeparatorsNone,
			},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header:   cell,
			Row:      cell,
			Behavior: tw.Behavior{TrimSpace: tw.Off},
		}))
	t.Header(head)
	if p.err = t.Bulk(rows); p.err != nil {
		return
	}
	if p.err = t.Render(); p.err != nil {
		return
	}
	// Each cell has a blank on either side: that of the first goes.
	for _, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		p.Print(strings.TrimRight(strings.TrimPrefix(line, " "), " ") + "\n")
	}
}
