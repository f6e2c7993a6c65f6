module github.com/aoi-trace/aoi-trace

go 1.25.0

require (
	github.com/fatih/color v1.18.0
	github.com/olekukonko/tablewriter v1.0.9
	github.com/spf13/cobra v1.10.1
	github.com/spf13/pflag v1.0.9
	golang.org/x/exp v0.0.0-20260718201538-764159d718ef
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mattn/go-runewidth v0.0.16 // indirect
	github.com/olekukonko/errors v1.1.0 // indirect
	github.com/olekukonko/ll v0.0.9 // indirect
	github.com/rivo/uniseg v0.2.0 // indirect
	golang.org/x/sys v0.25.0 // indirect
)
