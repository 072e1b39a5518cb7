package configs

import (
	"path/filepath"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func (d *decoder) decodeRemoteWrite(block *hclsyntax.Block, name named) RemoteWrite {
	s := d.section(&remoteWriteSchema, block)
	w := RemoteWrite{
		Name:       name.value,
		URL:        s.receiverURL(),
		Timeout:    s.duration("timeout", defaultRemoteWriteTimeout),
		Queue:      s.queue(),
		Spool:      s.spool(name.text),
		WriteRules: s.rules(&writeRelabelSchema),
		HTTP:       s.httpClient(),
	}
	w.Loopback = w.URL != nil && isLoopback(w.URL.Hostname())
	if isPlain(w.URL) && hasCredentials(w.HTTP) {
		d.warnPlain(s.at("url"))
	}
	return w
}

// queue reads the queue block.
func (s *section) queue() Queue {
	all := s.sections(&queueSchema)
	if len(all) == 0 {
		all = []*section{s.section(&queueSchema, &hclsyntax.Block{Type: queueSchema.kind, Body: &hclsyntax.Body{}})}
	}
	return all[0].waiting()
}

// waiting is the inside of the queue block.
func (s *section) waiting() Queue {
	q := Queue{BatchSendDeadline: s.duration("batch_send_deadline", defaultBatchSendDeadline)}
	q.Capacity, q.MaxSamplesPerSend = s.capacity()
	q.MinBackoff, q.MaxBackoff = s.backoffs(defaultRemoteWriteMinBackoff, defaultRemoteWriteMaxBackoff)
	return q
}

// capacity reads how much waits, and how much of it goes out at once. The one
// that is not set gives way to the other.
func (s *section) capacity() (all, once int) {
	all = s.integer("capacity", defaultQueueCapacity, 1)
	once = s.integer("max_samples_per_send", min(defaultMaxSamplesPerSend, all), 1)
	if !s.has("capacity") {
		all = max(all, once)
	}
	if all < once && !s.bad["capacity"] && !s.bad["max_samples_per_send"] {
		s.refuse("capacity", s.at("capacity"), "Capacity below one request",
			"max_samples_per_send is %d, and no request of as many could ever fill up. Raise capacity, to several times as many at best, or lower max_samples_per_send.", once)
	}
	return all, once
}

// spool reads the spool block of the remote_write owner; nil without one.
//
// There is no max_age unless one is set: max_size bounds the disk already, and
// how old a sample may be is the receiver's affair. VictoriaMetrics takes any,
// Prometheus and Mimir what their out-of-order window says; what they refuse is
// counted there.
func (s *section) spool(owner text) *Spool {
	for _, block := range s.sections(&spoolSchema) {
		return &Spool{
			Directory: block.spoolDirectory(owner),
			MaxSize:   block.size("max_size", defaultSpoolMaxSize, minSpoolSize),
			MaxAge:    block.duration("max_age", 0),
		}
	}
	return nil
}

// spoolDirectory is that of no other remote_write: it has one owner, who locks
// it.
func (s *section) spoolDirectory(owner text) string {
	t, ok := s.text("directory")
	switch {
	case !ok:
		return ""
	case t.value == "":
		s.refuse("directory", t.at, "Empty directory name", "Write the path of a directory for this remote_write alone, such as /var/lib/promferry/store.")
		return ""
	}
	dir := filepath.Clean(t.value)
	whole := s.whole(dir)
	if other, taken := s.spools[whole]; taken {
		s.refuse("directory", t.at, "Spool directory used twice", "The remote_write %q at %s has the directory %s already, and %q needs one of its own.", other.value, place(other.at), quote(whole), owner.value)
		return ""
	}
	s.spools[whole] = owner
	return dir
}

// whole is the one name of a directory, without the links on the way to it. What
// is not there yet is made below the last directory that is.
func (d *decoder) whole(dir string) string {
	whole, err := filepath.Abs(dir)
	if err != nil { // there is no working directory
		whole = dir
	}
	for above, below := whole, ""; ; above, below = filepath.Dir(above), filepath.Join(filepath.Base(above), below) {
		if resolved, err := d.resolve(above); err == nil {
			return filepath.Join(resolved, below)
		}
		if above == filepath.Dir(above) {
			return whole
		}
	}
}

func (d *decoder) resolve(path string) (string, error) {
	if d.loader.Resolve == nil {
		return filepath.EvalSymlinks(path)
	}
	return d.loader.Resolve(path)
}

// minSpoolSize is room for a few scrapes of a large target, and for what the
// file of a spool has beside them.
const minSpoolSize = 16 << 20
