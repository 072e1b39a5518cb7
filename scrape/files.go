package scrape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/promferry/promferry/scrape/internal/shown"
)

// Files reads text files (*.prom) as one target. One file that cannot be read
// fails the scrape, and so does a pattern that matches none: metrics that are
// missing must not look like metrics that are gone.
type Files struct {
	Patterns []string      // as of filepath.Match, or plain paths
	MaxAge   time.Duration // since a file was last written; 0 means any age
	// MaxBytes is for all files together; exactly so many bytes are too many.
	// 0 means no limit.
	MaxBytes int64
	Now      func() time.Time // nil means time.Now
}

// Scrape reads every file once, in the order of their paths. Line ends of
// CR LF and a missing last one are repaired, since files are also written by
// hand; a byte order mark is not.
func (s *Files) Scrape(ctx context.Context) (*Exposition, error) {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	merged, err := s.merge(ctx, now())
	if err != nil {
		return nil, filesError(err)
	}
	exposition := &Exposition{Body: io.NopCloser(bytes.NewReader(merged.text))}
	if len(merged.text) > 0 {
		exposition.MediaType = MediaTypeText
		exposition.Where = merged.where
	}
	return exposition, nil
}

func (s *Files) merge(ctx context.Context, now time.Time) (*merger, error) {
	paths, err := expand(s.Patterns)
	if err != nil {
		return nil, err
	}
	var merged merger
	left := s.MaxBytes
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		text, err := s.read(path, now, left)
		if err != nil {
			return nil, err
		}
		merged.add(path, text)
		left -= int64(len(text))
	}
	return &merged, nil
}

// read fails when the file has left bytes or more, unless there is no limit.
func (s *Files) read(path string, now time.Time, left int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := s.checkAge(f, now); err != nil {
		return nil, err
	}
	if s.MaxBytes <= 0 {
		return io.ReadAll(f)
	}
	text, err := io.ReadAll(io.LimitReader(f, left))
	if err == nil && int64(len(text)) >= left {
		err = &refusal{ReasonBodySizeLimit, fmt.Errorf(
			"with %s the files reach body_size_limit, %d bytes", path, s.MaxBytes)}
	}
	return text, err
}

func (s *Files) checkAge(f *os.File, now time.Time) error {
	if s.MaxAge <= 0 {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if age := now.Sub(info.ModTime()); age > s.MaxAge {
		return fmt.Errorf("%s was last written %s ago, max_age is %s", f.Name(), age.Round(time.Second), s.MaxAge)
	}
	return nil
}

// openRegular looks before it opens, since to open a device may do something,
// and again at what it has opened.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, notRegularError(path, info)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = notRegularError(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func notRegularError(path string, info os.FileInfo) error {
	return fmt.Errorf("%s is not a regular file: mode %s", path, info.Mode())
}

// expand returns the paths that match, sorted, each once.
func expand(patterns []string) ([]string, error) {
	var paths []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("match %q: %w", pattern, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("match %q: no such file", pattern)
		}
		for _, path := range matches {
			paths = append(paths, filepath.Clean(path))
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

func filesError(err error) *Error {
	reason := ReasonFile
	var refused *refusal
	if errors.As(err, &refused) {
		reason = refused.reason
	}
	return &Error{reason, fmt.Errorf("scrape files: %w", shown.OneLine(err))}
}
