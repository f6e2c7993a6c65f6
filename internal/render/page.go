// Package render is what people read: tables, colour, and the text of
// reports. It decides how things look and nothing else; what is true was
// decided before. Start with [NewPage].
package render

import (
	"fmt"
	"io"
	"os"

	"github.com/fatih/color"
)

// Colours are the values of --color.
var Colours = []string{"auto", "always", "never"}

// UseColour reports whether what is written to w should be coloured. In mode
// auto that is so when w is a terminal that can show it and the variable
// NO_COLOR is unset or empty.
func UseColour(mode string, w io.Writer, getenv func(string) string) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	}
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A Page writes text for people to one writer. It keeps the first error of
// the writer and drops what comes after it; Err returns that error.
type Page struct {
	w   io.Writer
	err error

	bold, faint, red, yellow, green style
}

// A style colours text; colour never says what the words do not.
type style func(string) string

// NewPage returns a page on w, coloured or not whatever the process's own
// standard output is.
func NewPage(w io.Writer, colour bool) *Page {
	paint := func(attrs ...color.Attribute) style {
		c := color.New(attrs...)
		if colour {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return func(s string) string { return c.Sprint(s) }
	}
	return &Page{
		w:      w,
		bold:   paint(color.Bold),
		faint:  paint(color.Faint),
		red:    paint(color.FgRed, color.Bold),
		yellow: paint(color.FgYellow),
		green:  paint(color.FgGreen),
	}
}

// Err returns the first error of the writer.
func (p *Page) Err() error { return p.err }

// Printf writes formatted text.
func (p *Page) Printf(format string, args ...any) { p.Print(fmt.Sprintf(format, args...)) }

// Print writes text.
func (p *Page) Print(text string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, text)
	}
}
