//go:build race

package zinx

// raced says that the race detector watches: it ends the sample game, whose
// players read each other's positions while they are written.
const raced = true
