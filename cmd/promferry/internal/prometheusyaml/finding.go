package prometheusyaml

import (
	"fmt"
	"slices"
)

// A kind says what a finding asks of the reader.
type kind int

// The kinds, the most urgent first.
const (
	refused kind = iota // Prometheus would refuse it too
	dropped             // it has no equivalent: it was left out
	choice              // it was written, and does not work until the reader has done something
	note                // it was written, or stays in Prometheus; good to know
)

// A finding is one thing that the reader must know of the translation. It holds
// no secret.
type finding struct {
	kind
	place
	job  string // "" for what belongs to none
	text string

	variable string // of the environment, which it asks for; "" where none
}

// where is its place, for people.
func (f finding) where() string {
	at := fmt.Sprintf("%s:%d", f.file, f.line)
	if f.job == "" {
		return at
	}
	return fmt.Sprintf("%s: job %q", at, f.job)
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
func (s *scope) find(of kind, at place, format string, args ...any) {
	s.add(finding{kind: of, place: at, job: s.job, text: fmt.Sprintf(format, args...)})
}

// ask reports a variable that is to be set.
func (s *scope) ask(variable string, at place, format string, args ...any) {
	s.add(finding{kind: choice, place: at, job: s.job, text: fmt.Sprintf(format, args...), variable: variable})
}

func (s *scope) add(f finding) {
	if s.wanted() && !s.found[f] {
		s.found[f] = true
		s.findings = append(s.findings, f)
	}
}

func (s *scope) refused(at place, format string, args ...any) { s.find(refused, at, format, args...) }
func (s *scope) dropped(at place, format string, args ...any) { s.find(dropped, at, format, args...) }
func (s *scope) choice(at place, format string, args ...any)  { s.find(choice, at, format, args...) }
func (s *scope) note(at place, format string, args ...any)    { s.find(note, at, format, args...) }
