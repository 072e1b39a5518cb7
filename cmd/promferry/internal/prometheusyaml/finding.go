package prometheusyaml

import (
	"fmt"
	"slices"
)

// A Kind says what a finding asks of the reader.
type Kind int

// The kinds, the most urgent first.
const (
	Refused Kind = iota // Prometheus would refuse it too: it was left out
	Dropped             // it has no equivalent: it was left out
	Choice              // it was written, and does not work until the reader has done something
	Note                // it was written, or stays in Prometheus; good to know
)

// A Finding is one thing that the reader must know of the translation. It holds
// no secret.
type Finding struct {
	Kind Kind
	File string // as it was given
	Line int    // from 1
	Job  string // "" for what belongs to none
	Text string
}

// Place is where it was found.
func (f Finding) Place() string {
	at := fmt.Sprintf("%s:%d", f.File, f.Line)
	if f.Job == "" {
		return at
	}
	return fmt.Sprintf("%s: job %q", at, f.Job)
}

// A scope is what is being read: the file or one job. What is found is
// reported with its name.
type scope struct {
	*reader
	job string // "" for the file
	dir string // what relative paths are relative to
}

// wanted tells whether the job is one to translate.
func (s *scope) wanted() bool {
	return s.job == "" || len(s.Jobs) == 0 || slices.Contains(s.Jobs, s.job)
}

// find reports once what may be read twice.
func (s *scope) find(kind Kind, at place, format string, args ...any) {
	f := Finding{kind, at.file, at.line, s.job, fmt.Sprintf(format, args...)}
	if s.wanted() && !s.found[f] {
		s.found[f] = true
		s.findings = append(s.findings, f)
	}
}

func (s *scope) refused(at place, format string, args ...any) { s.find(Refused, at, format, args...) }
func (s *scope) dropped(at place, format string, args ...any) { s.find(Dropped, at, format, args...) }
func (s *scope) choice(at place, format string, args ...any)  { s.find(Choice, at, format, args...) }
func (s *scope) note(at place, format string, args ...any)    { s.find(Note, at, format, args...) }
