package configs

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Digest stands for all that a load has read: the names and contents of the
// files, and the errors of those that could not be read.
type Digest [sha256.Size]byte

// Digest is that of the last load.
func (l *Loader) Digest() Digest { return l.inputs.digest() }

// DigestNow reads again what the last load has read: the files, the directories
// as they are now, and what file() was called for. It differs from Digest if and
// only if something has changed. A symbolic link is followed anew, so that one that
// was swapped is seen.
func (l *Loader) DigestNow() Digest {
	now := inputs{open: l.inputs.open}
	for _, path := range l.inputs.paths {
		now.read(path)
	}
	for _, name := range l.inputs.calls {
		_, _ = now.call(name) // its error is in the digest
	}
	return now.digest()
}

// inputs are what a load reads.
type inputs struct {
	open  func(name string) ([]byte, error) // for file()
	paths []string                          // files and directories
	calls []string                          // of file(), in their order
	sum   hash.Hash                         // nil: nothing yet
}

// An input is one configuration file.
type input struct {
	name    string
	content []byte
	err     error
}

// read returns the files that a path of the command line stands for.
func (in *inputs) read(path string) []input {
	names, err := expand(path)
	if err != nil {
		in.note(path, nil, err)
		return []input{{path, nil, err}}
	}
	var all []input
	for _, name := range names {
		content, err := readFile(name, maxConfigBytes)
		in.note(name, content, err)
		all = append(all, input{name, content, err})
	}
	return all
}

// call is file().
func (in *inputs) call(name string) ([]byte, error) {
	content, err := in.open(name)
	in.calls = append(in.calls, name)
	in.note(name, content, err)
	return content, err
}

func (in *inputs) note(name string, content []byte, err error) {
	if in.sum == nil {
		in.sum = sha256.New()
	}
	said := ""
	if err != nil {
		said = err.Error()
	}
	for _, part := range [][]byte{[]byte(name), content, []byte(said)} {
		_ = binary.Write(in.sum, binary.BigEndian, uint64(len(part))) // a hash takes all
		in.sum.Write(part)
	}
}

func (in *inputs) digest() (d Digest) {
	if in.sum != nil {
		in.sum.Sum(d[:0])
	}
	return d
}

// expand returns the names of the files that a path stands for.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("read %s: %w", path, failed.Err)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".hcl") && !e.IsDir() {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	if names == nil {
		return nil, fmt.Errorf("directory %s: no file *.hcl in it", path)
	}
	return names, nil
}

// readFile is os.ReadFile with a limit, for what may be a device or a pipe.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", name, limit)
	}
	return b, nil
}

const (
	maxConfigBytes = 16 << 20 // of one configuration file
	maxFileBytes   = 1 << 20  // of one file that file() reads
)
