//go:build !race

package zinx

const raced = false
