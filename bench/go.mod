module github.com/aoi-trace/aoi-trace/bench

go 1.25.0

require (
	github.com/aoi-trace/aoi-trace v0.0.0
	github.com/aoi-trace/aoi-trace/realworld v0.0.0-00010101000000-000000000000
	github.com/rs/zerolog v1.34.0
)

require (
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/xiaonanln/go-aoi v0.2.0 // indirect
	golang.org/x/sys v0.25.0 // indirect
)

replace (
	github.com/aoi-trace/aoi-trace => ../
	github.com/aoi-trace/aoi-trace/realworld => ../realworld
)
