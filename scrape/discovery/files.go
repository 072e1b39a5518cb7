package discovery

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

const filepathLabel = model.MetaLabelPrefix + "filepath"

// Files finds targets in files of JSON and YAML (file_sd). Only Patterns is
// required. A look is cheap where nothing has changed, so that files are
// watched by looks each [FilesInterval]; a notification of the system would
// miss some swaps of symbolic links, and come while a file is half written.
type Files struct {
	Patterns []string // as of filepath.Match, or plain paths; one without a match is no error
	// Refresh is after how long all is read again, changed or not; 0 means
	// DefaultFilesRefresh.
	Refresh time.Duration

	known  map[string]*file // by path
	readAt time.Time        // all of them
}

// Discover reads the files that have changed since the last look.
func (f *Files) Discover(ctx context.Context) []Answer {
	answers, paths := f.expand()
	read := f.read(ctx, paths)
	if ctx.Err() != nil {
		return nil // what was read may not be settled
	}
	for _, path := range paths {
		f.accept(path, read[path])
		if file := f.known[path]; file != nil {
			answers = append(answers, file.answer)
		}
	}
	return answers
}

// accept makes r, which is nil where nothing has changed, what is known.
func (f *Files) accept(path string, r *reading) {
	switch {
	case r == nil:
		return
	case r.gone:
		delete(f.known, path)
		return
	case f.known[path] == nil:
		f.known[path] = &file{path: path}
	}
	f.known[path].accept(r)
}

// expand returns the paths that match or did so at the last look, sorted, and
// an answer of each pattern that is none. Of a directory that cannot be read
// now Glob says nothing, so what did match is asked for itself.
func (f *Files) expand() ([]Answer, []string) {
	if f.known == nil {
		f.known = map[string]*file{}
	}
	var answers []Answer
	paths := slices.Collect(maps.Keys(f.known))
	for _, pattern := range f.Patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			answers = append(answers, unknown(pattern, err))
		}
		paths = append(paths, matches...)
	}
	slices.Sort(paths)
	return answers, slices.Compact(paths)
}

// A file may be half written, or on the way from one name to another. So what
// is new counts when it has been so for settleTime, unless it is old. Of one
// that changes all the time the longest of so many tries does.
const (
	settleTime  = 200 * time.Millisecond
	settleTries = 3
)

// read returns a reading of each path that may have changed. What it returns
// when ctx ends may not be settled.
func (f *Files) read(ctx context.Context, paths []string) map[string]*reading {
	read := map[string]*reading{}
	unsettled := f.readOnce(paths, read, f.isDue())
	for range settleTries {
		if len(unsettled) == 0 || !wait(ctx, settleTime) {
			break
		}
		unsettled = f.readOnce(unsettled, read, true)
	}
	for _, path := range unsettled {
		read[path] = read[path].longest()
	}
	return read
}

// readOnce adds to read, and returns the paths that must be read once more.
func (f *Files) readOnce(paths []string, read map[string]*reading, always bool) []string {
	var unsettled []string
	for _, path := range paths {
		file := f.known[path]
		if !always && file.isCurrent() {
			continue
		}
		r := readFile(path)
		r.earlier = read[path]
		if !r.isOld() && !file.has(r) && !r.confirms(r.earlier) {
			unsettled = append(unsettled, path)
		}
		read[path] = r
	}
	return unsettled
}

// isDue reports whether all must be read now.
func (f *Files) isDue() bool {
	refresh := f.Refresh
	if refresh <= 0 {
		refresh = DefaultFilesRefresh
	}
	due := time.Since(f.readAt) >= refresh
	if due {
		f.readAt = time.Now()
	}
	return due
}

// wait reports whether it was for all of d.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
