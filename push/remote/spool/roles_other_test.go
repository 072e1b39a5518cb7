//go:build !linux

package spool

// rolesHere are those of child processes on this system.
func rolesHere() map[string]func(dir string) error { return roles }
