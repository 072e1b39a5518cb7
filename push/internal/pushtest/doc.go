// Package pushtest has what the tests of all that pushes do alike: what comes in
// is a sender that runs, logs and counts, or a process that writes; what comes out
// is what they have said.
package pushtest
