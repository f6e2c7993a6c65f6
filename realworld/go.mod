module github.com/aoi-trace/aoi-trace/realworld

go 1.25.0

require (
	github.com/aceld/zinx v1.2.6
	github.com/aoi-trace/aoi-trace v0.0.0
	github.com/golang/protobuf v1.5.0
	github.com/xiaonanln/go-aoi v0.2.0
)

require (
	github.com/gorilla/websocket v1.5.0 // indirect
	google.golang.org/protobuf v1.33.0 // indirect
)

replace github.com/aoi-trace/aoi-trace => ../
