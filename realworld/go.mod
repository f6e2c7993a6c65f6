module github.com/aoi-trace/aoi-trace/realworld

go 1.25.0

require (
	github.com/aoi-trace/aoi-trace v0.0.0
	github.com/xiaonanln/go-aoi v0.2.0
)

replace github.com/aoi-trace/aoi-trace => ../
