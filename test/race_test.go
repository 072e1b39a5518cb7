//go:build race

package test

// buildFlags builds promferry as the test itself is built: a race ends it with
// an exit code that no test expects.
var buildFlags = []string{"-race"}
