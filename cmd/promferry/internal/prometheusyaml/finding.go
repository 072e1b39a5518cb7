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
	in   string // the job or remote_write, with its kind; "" for what belongs to none
	text string

	variable string // of the environment, which it asks for; "" where none
}

// where is its place, for people.
func (f finding) where() string {
	at := fmt.Sprintf("%s:%d", f.file, f.line)
	if f.in == "" {
		return at
	}
	return at + ": " + f.in
}

// A scope is what is being read: the file, one job or one remote_write. What is
// found is reported with its name.
type scope struct {
	*reader
	job   string // "" for what is in none
	store string // the name of a remote_write; "" for what is in none
	dir   string // what relative paths are relative to
}

// in names the job or remote_write.
func (s *scope) in() string {
	switch {
	case s.job != "":
		return fmt.Sprintf("job %q", s.job)
	case s.store != "":
		return fmt.Sprintf("remote_write %q", s.store)
	}
	return ""
}

// wanted tells whether the job is one to translate.
func (s *scope) wanted() bool {
	return s.job == "" || len(s.Jobs) == 0 || slices.Contains(s.Jobs, s.job)
}

// find reports once what may be read twice.
func (s *scope) find(of kind, at place, format string, args ...any) {
	s.add(finding{kind: of, place: at, in: s.in(), text: fmt.Sprintf(format, args...)})
}

// ask reports a variable that is to be set.
func (s *scope) ask(variable string, at place, format string, args ...any) {
	s.add(finding{kind: choice, place: at, in: s.in(), text: fmt.Sprintf(format, args...), variable: variable})
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
