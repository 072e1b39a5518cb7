package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/push/remote/spool"
)

const linkSpool = "spool"

// checkSpool says whether a spool can be used, and has the room that it may take.
// It makes and writes nothing.
func (a *audience) checkSpool(s remote.SpoolStatus) {
	if s.Directory == "" {
		a.Checks.note(linkSpool, "none: what waits is in memory, and lost at a restart")
		return
	}
	info, err := os.Stat(s.Directory)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.checkSpoolToBe(s)
	case err != nil:
		a.Checks.fail(linkSpool, oneLine(err.Error()), fmt.Sprintf("Correct directory in spool of %s, or let the user that promferry runs as into it.", a.who.name))
	case !info.IsDir():
		a.Checks.fail(linkSpool, oneLine(fmt.Sprintf("%q is no directory", s.Directory)), fmt.Sprintf("Correct directory in spool of %s.", a.who.name))
	case !isWritable(s.Directory):
		a.Checks.fail(linkSpool, oneLine(fmt.Sprintf("this user may not write into %q", s.Directory)), "Let the user that promferry runs as write into the directory: until then what waits is in memory.")
	default:
		a.checkSpoolFile(s)
	}
}

// checkSpoolToBe is for a directory that promferry will make.
func (a *audience) checkSpoolToBe(s remote.SpoolStatus) {
	parent, info, err := parentOf(s.Directory)
	switch {
	case err != nil:
		a.Checks.fail(linkSpool, oneLine(err.Error()), "Make the directory, and let the user that promferry runs as write there.")
	case !info.IsDir() || !isWritable(parent):
		a.Checks.fail(linkSpool, oneLine(fmt.Sprintf("%q is not there, and this user may not make it in %q", s.Directory, parent)), "Make the directory, and let the user that promferry runs as write there.")
	default:
		a.checkRoom(parent, s, 0, "not there yet")
	}
}

// parentOf is the nearest directory above that is there.
func parentOf(dir string) (parent string, info fs.FileInfo, err error) {
	for parent = filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err = os.Stat(parent)
		if !errors.Is(err, fs.ErrNotExist) || parent == filepath.Dir(parent) {
			return parent, info, err
		}
	}
}

func (a *audience) checkSpoolFile(s remote.SpoolStatus) {
	path := filepath.Join(s.Directory, spool.FileName)
	info, err := os.Lstat(path) // as a link is not followed when the spool is opened
	held := err == nil && isLocked(filepath.Join(s.Directory, spool.LockName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.checkRoom(s.Directory, s, 0, "empty")
	case err != nil:
		a.Checks.fail(linkSpool, oneLine(err.Error()), letUse)
	case held && a.here != Running:
		a.Checks.warn(linkSpool, oneLine(fmt.Sprintf("another process has %q open", path)), fmt.Sprintf("Well if it is a promferry that listens elsewhere (--web.listen-address). If not, give each its own directory in spool of %s: only one can use it.", a.who.name))
	case held || a.checkContent(s.Directory): // what has it open has looked at it, and writes it now
		a.checkRoom(s.Directory, s, info.Size(), "its file has "+size(info.Size()))
	}
}

const letUse = "Let the user that promferry runs as read and write the file."

// checkContent says what is wrong with the file of a spool that nobody has open;
// well tells that nothing is.
func (a *audience) checkContent(directory string) (well bool) {
	err := spool.Examine(directory)
	switch {
	case err == nil:
		return true
	case errors.Is(err, spool.ErrUnsound):
		a.Checks.warn(linkSpool, oneLine(err.Error()), "Is the disk sound, and has nobody cut the file? promferry begins a new one, and deletes none.")
	case errors.Is(err, spool.ErrForeign):
		a.Checks.fail(linkSpool, oneLine(err.Error()), fmt.Sprintf("promferry does not touch it, and what waits is in memory until then: write another directory into spool of %s, or take it away by hand.", a.who.name))
	default:
		a.Checks.fail(linkSpool, oneLine(err.Error()), letUse)
	}
	return false
}

// checkRoom compares what the spool may still take with what the disk has.
func (a *audience) checkRoom(dir string, s remote.SpoolStatus, has int64, found string) {
	found += fmt.Sprintf(", max_size is %s", size(s.MaxSize))
	free, known := freeSpace(dir)
	switch {
	case !known:
		a.Checks.ok(linkSpool, found)
	case free < s.MaxSize-has:
		a.Checks.warn(linkSpool, fmt.Sprintf("%s, and its disk has %s free", found, size(free)), fmt.Sprintf("Make room, or lower max_size in spool of %s: on a full disk what waits is in memory only.", a.who.name))
	default:
		a.Checks.ok(linkSpool, fmt.Sprintf("%s, its disk has %s free", found, size(free)))
	}
}
