//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the user and the group of another one: a configuration is
// often root's, and readable for the group that promferry runs in.
func keepOwner(file *os.File, of fs.FileInfo) error {
	made, err := file.Stat()
	if err != nil {
		return err
	}
	want, ok := of.Sys().(*syscall.Stat_t)
	got, known := made.Sys().(*syscall.Stat_t)
	if !ok || !known || got.Uid == want.Uid && got.Gid == want.Gid {
		return nil
	}
	var failed *fs.PathError // whose path is of no use to people
	if err = file.Chown(int(want.Uid), int(want.Gid)); errors.As(err, &failed) {
		return fmt.Errorf("keep its owner and group, %d:%d: %w; run this as root", want.Uid, want.Gid, failed.Err)
	}
	return err
}
