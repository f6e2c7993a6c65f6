// Package realworld holds AOI code that others wrote, recorded and analysed.
// It is a module of its own, so that none of that code reaches the go.mod of
// a program that records.
//
// Its tests record cmd/goaoi under aoi-trace, analyse the file, and hold what
// is found to package oracle, which measures every pair by brute force.
package realworld
