module github.com/aoi-trace/aoi-trace

go 1.25.0
