package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// An answer is what the API says, in the envelope that Prometheus's has.
type answer struct {
	Status    string `json:"status"`
	Data      any    `json:"data,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
	Error     string `json:"error,omitempty"`
}

// WriteError writes the answer to a request with bad parameters.
func WriteError(w io.Writer, err error) error {
	return encode(w, answer{Status: "error", ErrorType: "bad_data", Error: err.Error()})
}

// WriteGateways writes the answer of /api/v1/gateways.
func (s Snapshot) WriteGateways(w io.Writer) error {
	all := make([]Gateway, len(s.Gateways))
	copy(all, s.Gateways)
	for i := range all {
		if all[i].Dropped == nil {
			all[i].Dropped = map[string]int{}
		}
	}
	return write(w, map[string]any{"gateways": all})
}

// WriteStores writes the answer of /api/v1/remote_writes.
func (s Snapshot) WriteStores(w io.Writer) error {
	all := make([]Store, len(s.Stores))
	copy(all, s.Stores)
	for i := range all {
		if all[i].Dropped == nil {
			all[i].Dropped = map[string]int{}
		}
	}
	return write(w, map[string]any{"remoteWrites": all})
}

func write(w io.Writer, data any) error {
	return encode(w, answer{Status: "success", Data: data})
}

// encode writes JSON. What is in it may be read at a terminal: marks of direction,
// which make a text look like another one, are escaped. They stand in strings
// only, where their escape means the same (RFC 8259, 7).
func encode(w io.Writer, a answer) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(a); err != nil {
		return err
	}
	_, err := w.Write(withoutDirections(b.Bytes()))
	return err
}

func withoutDirections(text []byte) []byte {
	isMark := func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }
	var escaped []byte
	for {
		i := bytes.IndexFunc(text, isMark)
		if i < 0 {
			return append(escaped, text...)
		}
		mark, size := utf8.DecodeRune(text[i:])
		escaped = fmt.Appendf(append(escaped, text[:i]...), `\u%04x`, mark)
		text = text[i+size:]
	}
}

// A TargetsQuery says which targets of the API somebody wants.
type TargetsQuery struct {
	active, dropped bool
	pool            string // "" is all jobs
}

// ParseTargetsQuery reads the parameters of /api/v1/targets, which are those of
// Prometheus.
func ParseTargetsQuery(values url.Values) (TargetsQuery, error) {
	q := TargetsQuery{pool: values.Get("scrapePool")}
	switch state := values.Get("state"); strings.ToLower(state) {
	case "", "any":
		q.active, q.dropped = true, true
	case "active":
		q.active = true
	case "dropped":
		q.dropped = true
	default:
		return q, fmt.Errorf("state=%q: want active, dropped or any", state)
	}
	return q, nil
}

// targets is the answer of /api/v1/targets: the fields of Prometheus's, which its
// clients read, and ours beside them.
type targets struct {
	Active        []activeTarget  `json:"activeTargets"`
	Dropped       []droppedTarget `json:"droppedTargets"` // also the refused ones
	DroppedCounts map[string]int  `json:"droppedTargetCounts"`
}

type activeTarget struct {
	DiscoveredLabels   map[string]string `json:"discoveredLabels"`
	Labels             map[string]string `json:"labels"`
	ScrapePool         string            `json:"scrapePool"`
	ScrapeURL          string            `json:"scrapeUrl"`
	GlobalURL          string            `json:"globalUrl"`
	LastError          string            `json:"lastError"`
	LastScrape         time.Time         `json:"lastScrape"`
	LastScrapeDuration float64           `json:"lastScrapeDuration"` // seconds
	Health             string            `json:"health"`
	ScrapeInterval     string            `json:"scrapeInterval"`
	ScrapeTimeout      string            `json:"scrapeTimeout"`

	State             State         `json:"state"`
	LastScrapeSamples int           `json:"lastScrapeSamples"`
	LastScrapeBytes   int64         `json:"lastScrapeBytes"`
	Losses            []Loss        `json:"losses"` // since the start
	Pushes            []pushedGroup `json:"pushes"`
	RemoteWrites      []string      `json:"remoteWrites"` // names
}

type droppedTarget struct {
	DiscoveredLabels map[string]string `json:"discoveredLabels"`
	ScrapePool       string            `json:"scrapePool"`
	Error            string            `json:"error,omitempty"` // why it is refused; "": relabeling drops it
}

type pushedGroup struct {
	Gateway         string            `json:"gateway"`
	Shard           string            `json:"shard,omitempty"`
	GroupingKey     map[string]string `json:"groupingKey"`
	Path            string            `json:"path"`
	LastSuccess     time.Time         `json:"lastSuccess,omitzero"`
	LastAttempt     time.Time         `json:"lastAttempt,omitzero"`
	LastError       string            `json:"lastError"`
	Series          int               `json:"series"`
	Bytes           int               `json:"bytes"`
	Waiting         bool              `json:"waiting"`
	Duplicates      int               `json:"seriesLeftOut"`
	Retyped         int               `json:"familiesRetyped"`
	FamiliesLeftOut []string          `json:"familiesLeftOut"`
}

// WriteTargets writes the answer of /api/v1/targets.
func (s Snapshot) WriteTargets(w io.Writer, q TargetsQuery) error {
	data := targets{Active: []activeTarget{}, Dropped: []droppedTarget{}, DroppedCounts: map[string]int{}}
	for _, job := range s.Jobs {
		if q.pool != "" && q.pool != job.Name {
			continue
		}
		if q.active {
			for _, t := range job.Targets {
				data.Active = append(data.Active, t.active())
			}
		}
		if q.dropped {
			data.Dropped = append(data.Dropped, job.droppedTargets()...)
			data.DroppedCounts[job.Name] += len(job.Dropped) + len(job.Refused)
		}
	}
	return write(w, data)
}

func (t Target) active() activeTarget {
	a := activeTarget{
		DiscoveredLabels:   labelMap(t.Discovered),
		Labels:             labelMap(t.Labels),
		ScrapePool:         t.Job,
		ScrapeURL:          t.Address,
		GlobalURL:          t.GlobalURL,
		LastError:          t.Error,
		LastScrape:         t.LastScrape,
		LastScrapeDuration: t.Duration.Seconds(),
		Health:             t.health(),
		ScrapeInterval:     model.Duration(t.Interval).String(),
		ScrapeTimeout:      model.Duration(t.Timeout).String(),
		State:              t.State(),
		LastScrapeSamples:  t.Samples,
		LastScrapeBytes:    t.Bytes,
		Losses:             append([]Loss{}, t.Losses...),
		Pushes:             []pushedGroup{},
		RemoteWrites:       []string{},
	}
	for _, f := range t.Feeds {
		a.RemoteWrites = append(a.RemoteWrites, f.Store)
	}
	for _, p := range t.Pushes {
		a.Pushes = append(a.Pushes, pushedGroup{
			Gateway: p.Gateway, Shard: p.Shard, GroupingKey: labelMap(p.Group), Path: p.Path,
			LastSuccess: p.LastSuccess, LastAttempt: p.LastAttempt, LastError: p.LastError,
			Series: p.Series, Bytes: p.Bytes, Waiting: p.Waiting, Duplicates: p.Duplicates,
			Retyped: p.Retyped, FamiliesLeftOut: append([]string{}, p.LeftOut...),
		})
	}
	return a
}

// health is Prometheus's word, which knows nothing of pushes.
func (t Target) health() string {
	switch {
	case t.LastScrape.IsZero():
		return "unknown"
	case t.Error != "":
		return "down"
	}
	return "up"
}

func (j Job) droppedTargets() (all []droppedTarget) {
	for _, labels := range j.Dropped {
		all = append(all, droppedTarget{labelMap(labels), j.Name, ""})
	}
	for _, r := range j.Refused {
		all = append(all, droppedTarget{labelMap(r.Discovered), j.Name, r.Error})
	}
	return all
}

func labelMap(labels convert.Labels) map[string]string {
	m := make(map[string]string, len(labels))
	for _, l := range labels {
		m[l.Name] = l.Value
	}
	return m
}
