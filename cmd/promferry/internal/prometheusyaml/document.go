package prometheusyaml

import (
	"path/filepath"
	"slices"
	"strings"
)

// A document is a prometheus.yml with the files that it includes.
type document struct {
	comments, below []string // of the file as a whole
	global          global
	stores          []store
	jobs            []*job // those that are wanted
	names           []string
	ruleFiles       []path
}

// A path is one that the file names.
type path struct {
	place
	name string // absolute
}

// sections are those that stay in Prometheus.
var sections = map[string]string{
	"alerting":     "alerts are Prometheus's",
	"remote_write": "what Prometheus gets from the gateway goes on as before; with --keep-remote-write, promferry sends it there itself",
	"remote_read":  "queries are Prometheus's",
	"storage":      "promferry stores nothing",
	"tsdb":         "promferry stores nothing",
	"tracing":      "promferry has no traces",
	"otlp":         "promferry takes no OTLP",
	"runtime":      "write GOGC into promferry's environment where it matters",
}

// readDocument reads the file and what it includes.
func (r *reader) readDocument(root value) *document {
	s := &scope{reader: r, dir: r.Dir}
	d := &document{comments: []string{root.node.HeadComment}, below: []string{root.node.FootComment}}
	fields := s.fields(root)
	for _, f := range fields {
		if f.key == "global" {
			d.global = s.readGlobal(&f)
		}
	}
	if d.global.interval == 0 {
		d.global = s.readGlobal(nil)
	}
	for _, f := range fields {
		s.readSection(d, f)
	}
	for _, f := range fields {
		if f.key == "scrape_config_files" { // the jobs of the file itself come first
			s.readIncludes(d, f)
		}
	}
	for _, j := range d.jobs {
		j.finish(d.global)
	}
	s.noteBodySize(d, root.place)
	return d
}

// noteBodySize says what is not written and is not as in Prometheus.
func (s *scope) noteBodySize(d *document, at place) {
	const limit = "body_size_limit"
	if len(d.jobs) > 0 && !d.global.body.has(limit) && !slices.ContainsFunc(d.jobs, func(j *job) bool { return j.body.has(limit) }) {
		s.note(at, "%s is not set, which is no limit in Prometheus, and 32MB in promferry: a larger answer fails the scrape; write body_size_limit where that happens", limit)
	}
}

func (s *scope) readSection(d *document, f field) {
	reason, stays := sections[f.key]
	switch {
	case f.key == "global" || f.key == "scrape_config_files":
	case f.key == "scrape_configs":
		s.readJobs(d, f)
	case f.key == "remote_write" && s.KeepRemoteWrite:
		s.readStores(d, f)
	case f.key == "rule_files":
		names, at := s.texts(f)
		for i, name := range names {
			d.ruleFiles = append(d.ruleFiles, path{at[i].place, fromDir(s.dir, name)})
		}
	case stays:
		s.note(f.place, "%s stays in Prometheus: %s", f.key, reason)
	default:
		s.unknown(f)
	}
}

// readJobs reads scrape_configs. Their comments go to what they stand at.
func (s *scope) readJobs(d *document, f field) {
	for i, item := range s.items(f) {
		j := s.reader.readJob(item, s.dir)
		if j == nil || !s.isNew(d, j) {
			continue
		}
		if i == 0 {
			d.comments = append(d.comments, f.above...)
		}
		if j.wanted() {
			d.jobs = append(d.jobs, j)
		}
	}
	d.below = append(d.below, f.below)
}

// isNew tells whether a job's name is not taken.
func (s *scope) isNew(d *document, j *job) bool {
	if slices.Contains(d.names, j.name) {
		j.refused(j.place, "there is a job of this name already: the second one was left out")
		return false
	}
	d.names = append(d.names, j.name)
	return true
}

// readIncludes reads the files of scrape_config_files.
func (s *scope) readIncludes(d *document, f field) {
	patterns, at := s.texts(f)
	for i, pattern := range patterns {
		names := s.glob(path{at[i].place, fromDir(s.dir, pattern)})
		if len(names) == 0 {
			s.note(at[i].place, "scrape_config_files: no file matches %.80q", pattern)
		}
		for _, name := range names {
			s.include(d, path{at[i].place, name})
		}
	}
}

// glob returns the files of a pattern. Prometheus takes a * in the last part of a
// path only, which Glob does too.
func (s *scope) glob(p path) []string {
	names, err := s.Glob(p.name)
	if err != nil {
		s.refused(p.place, "%.80q is no pattern of file names: %s", p.name, err)
	}
	return names
}

// include reads one file of jobs.
func (s *scope) include(d *document, p path) {
	root, err := s.readYAML(p)
	if err != nil {
		s.dropped(p.place, "%s", err)
		return
	}
	inner := &scope{reader: s.reader, dir: filepath.Dir(p.name)}
	for _, f := range inner.fields(root) {
		if f.key != "scrape_configs" {
			inner.unknown(f)
			continue
		}
		inner.readJobs(d, f)
	}
}

// readYAML reads a file that the document names. It is shown as it is from the
// document.
func (s *scope) readYAML(p path) (value, error) {
	text, err := s.ReadFile(p.name)
	if err != nil {
		return value{}, err
	}
	shown := p.name
	if rest, inside := strings.CutPrefix(shown, s.Dir+string(filepath.Separator)); inside {
		shown = filepath.Join(filepath.Dir(p.file), rest)
	}
	s.noteDocuments(shown, text)
	return parse(shown, text)
}
