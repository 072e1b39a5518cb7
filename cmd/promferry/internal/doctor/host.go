package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// CheckConfiguration adds the warnings of a configuration.
func (cs *Checks) CheckConfiguration(warnings []string) {
	for _, warning := range warnings {
		cs.warn("configuration", oneLine(warning), "Mend what the warnings of the configuration say; promferry check config shows them, each with its place.")
	}
}

// CheckDiscovery adds what no target could be found of.
func (cs *Checks) CheckDiscovery(ctx context.Context, unknown []error) {
	if interrupted(ctx) && len(unknown) > 0 {
		cs.notReached("discovery")
		return
	}
	for _, err := range unknown {
		cs.fail("discovery", oneLine(err.Error()), "Look whether the file, the server or the name that is asked for targets is there: until then there are none of it.")
	}
}

// CheckVacant adds the places that were looked at and have no targets.
func (cs *Checks) CheckVacant(places []string) {
	for _, place := range places {
		cs.warn("discovery", oneLine(place), "Nothing is scraped of it as it is: look whether the path, the url or the name is right, and whether what writes targets there has run.")
	}
}

// maxRefused bounds the checks of targets that are refused.
const maxRefused = 20

// CheckRefused adds the first targets that were found and cannot be scraped.
func (cs *Checks) CheckRefused(all []error) {
	const name, advice = "refused", "promferry targets shows all targets before and after relabeling. Mend what finds them, or relabel_config."
	for _, err := range all[:min(len(all), maxRefused)] {
		cs.fail(name, oneLine(err.Error()), advice)
	}
	if more := len(all) - maxRefused; more > 0 {
		cs.fail(name, fmt.Sprintf("and %d more", more), advice)
	}
}

// CheckRunning says whether a promferry answers at an address.
func (cs *Checks) CheckRunning(here Here, address string) {
	switch here {
	case Running:
		cs.ok("promferry", "one runs here, and answers at "+address)
	case Absent:
		cs.note("promferry", "none answers at "+address+" of this host")
	}
}

// fewFiles is what promferry has open beside its connections.
const fewFiles = 64

// CheckOpenFiles compares what promferry would have open with what it may. It
// keeps a connection to each target, and a few to each gateway and receiver.
func (cs *Checks) CheckOpenFiles(targets, destinations int) {
	limit, known := maxOpenFiles()
	if !known {
		return
	}
	const each = 4
	needed := uint64(targets + each*destinations + fewFiles)
	found := fmt.Sprintf("about %d needed, %d allowed", needed, limit)
	if needed > limit {
		cs.warn("open files", found, "Raise the limit of open files: ulimit -n in a shell, LimitNOFILE= of a systemd unit.")
		return
	}
	cs.ok("open files", found)
}

// CheckStateFile says whether a state file can be replaced; "" is none. Nothing is
// written.
func (cs *Checks) CheckStateFile(path string) {
	if path == "" {
		return
	}
	const name = "state file"
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		cs.fail(name, oneLine(err.Error()), "Make the directory, and let the user that promferry runs as write there.")
	case !info.IsDir():
		cs.fail(name, fmt.Sprintf("%q is no directory", dir), "Correct --state.file.")
	case !isWritable(dir):
		cs.fail(name, fmt.Sprintf("this user may not write into %q", dir), "Let the user that promferry runs as write into the directory: the file is replaced as a whole.")
	default:
		cs.ok(name, path)
	}
}
