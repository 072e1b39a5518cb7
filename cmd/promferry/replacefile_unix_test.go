//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestReplaceFileKeepsWhoCanRead: a configuration of root's that the group of
// promferry reads can be read by it afterwards.
func TestReplaceFileKeepsWhoCanRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "promferry.hcl")
	if err := os.WriteFile(name, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	group := otherGroup(t)
	if err := os.Chown(name, -1, group); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(name, []byte("after")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := int(info.Sys().(*syscall.Stat_t).Gid); got != group {
		t.Errorf("the file's group is %d, want %d as before", got, group)
	}
	if got := info.Mode().Perm(); got != 0o640 {
		t.Errorf("the file's mode is %v, want 0640 as before", got)
	}
}

// otherGroup is one that a file can be given to: any as root, else one of the
// user's, which may be the only one.
func otherGroup(t *testing.T) int {
	if os.Getuid() == 0 {
		return os.Getgid() + 1
	}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Max(append(groups, os.Getgid()))
}
