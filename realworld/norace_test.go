//go:build !race

package realworld_test

const raced = false
