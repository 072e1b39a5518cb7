//go:build unix

package main

import (
	"io/fs"
	"path/filepath"
	"slices"
	"time"
)

// use is what promferry has of memory and disk, in bytes, and how old its newest
// stored samples are.
type use struct {
	rss, anonymous, disk int64
	age, lateAge         time.Duration // the oldest of all targets, and of those that came late
}

// watch looks twice a second, until it is enough or time is up, and returns the
// peaks.
func (s *story) watch(atMost time.Duration, enough func() bool) (peak use, err error) {
	for end := time.Now().Add(atMost); time.Now().Before(end) && !enough(); {
		if err := s.ferry.Sleep(500 * time.Millisecond); err != nil {
			return peak, err
		}
		now, err := s.look()
		if err != nil {
			return peak, err
		}
		peak = use{max(peak.rss, now.rss), max(peak.anonymous, now.anonymous), max(peak.disk, now.disk), max(peak.age, now.age), max(peak.lateAge, now.lateAge)}
	}
	return peak, nil
}

func (s *story) look() (u use, err error) {
	if u.rss, u.anonymous, err = s.ferry.RSS(); err != nil {
		return u, err
	}
	u.age = maxOf(s.store.ages(0, s.options.targets))
	u.lateAge = maxOf(s.store.ages(s.options.targets, s.options.targets+late))
	u.disk, err = sizeOf(s.spool())
	return u, err
}

// sizeOf is that of all files of a directory.
func sizeOf(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	return size, err
}

func maxOf(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Max(all)
}
