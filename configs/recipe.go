package configs

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/promferry/promferry/convert"
)

// A recipe makes targets of a job out of what they were found with. Its rules
// are those of PopulateLabels in Prometheus's scrape/target.go, but for these: an
// address may also be a URL or a unix socket, and be missing beside one; a
// loopback host is this machine's name in the default instance; and what a
// grouping key takes for no label name is escaped, see keyOf.
type recipe struct {
	scheme, path      string
	params            url.Values
	interval, timeout time.Duration
	labels            map[string]string // of the job and of global, job among them
	rules             []*relabel.Config
	host              string // this machine's name
}

// Labels that say how a target is scraped, but for those of package model.
const (
	unixSocketLabel = "__unix_socket__" // path of a socket; the address is then only a name
	socketHost      = "localhost"       // the Host that a socket is asked for
)

// recipe reads how a job makes its targets.
func (s *section) recipe(set settings, layers ...layer) recipe {
	r := recipe{
		scheme:   s.choice("scheme", defaultScheme, "http", "https"),
		path:     defaultMetricsPath,
		params:   url.Values{},
		interval: set.interval,
		timeout:  set.timeout,
		labels:   merged(layers...),
		rules:    s.rules(&relabelSchema),
	}
	if t, ok := s.text("metrics_path"); ok {
		r.path = s.metricsPath(t)
	}
	for _, p := range s.listMap("params") {
		for _, v := range p.value {
			r.params.Add(p.key.value, v.value)
		}
	}
	return r
}

func (s *section) metricsPath(t text) string {
	switch {
	case !strings.HasPrefix(t.value, "/"):
		s.refuse("metrics_path", t.at, "Not an absolute path", `metrics_path is %s; write a path that begins with "/".`, quote(t.value))
	case strings.ContainsAny(t.value, "?#"):
		s.mask(t.at)
		s.refuse("metrics_path", t.at, "Query in a path", "metrics_path has a query or a fragment in it. Write params instead.")
	default:
		return t.value
	}
	return defaultMetricsPath
}

// Resolve makes a target of the labels with which it was listed or found:
// __address__, those of its group, __meta_… ones. It is not kept where a rule
// drops it. What it was before relabeling is in Target.Discovered in any case.
// The error says what is wrong with the target, without secrets.
func (j *Job) Resolve(found map[string]string) (t Target, kept bool, err error) {
	return j.recipe.resolve(found, func() string { return j.recipe.host })
}

func (r *recipe) resolve(found map[string]string, thisHost func() string) (t Target, kept bool, err error) {
	before := r.discovered(found)
	t.Discovered = convert.LabelsOf(before)
	b := builderOf(before)
	if !relabel.ProcessBuilder(b, r.rules...) {
		return t, false, nil
	}
	if err := r.fill(&t, b, thisHost); err != nil {
		return Target{Discovered: t.Discovered}, false, err
	}
	return t, true, nil
}

// builderOf has the labels in the order of their names: a labelmap rule that maps
// two onto one lets the last win, and that should be the same one each time.
func builderOf(values map[string]string) *labels.Builder {
	return labels.NewBuilder(labels.FromMap(values))
}

// discovered are the labels before relabeling, with what the job says where the
// target itself does not.
func (r *recipe) discovered(found map[string]string) map[string]string {
	all := maps.Clone(r.labels)
	maps.Copy(all, found)
	orElse := func(name, value string) {
		if all[name] == "" {
			all[name] = value
		}
	}
	orElse(model.JobLabel, r.labels[model.JobLabel])
	orElse(model.SchemeLabel, r.scheme)
	orElse(model.MetricsPathLabel, r.path)
	orElse(model.ScrapeIntervalLabel, model.Duration(r.interval).String())
	orElse(model.ScrapeTimeoutLabel, model.Duration(r.timeout).String())
	for name, list := range r.params {
		if len(list) > 0 { // the first, as in Prometheus
			orElse(model.ParamLabelPrefix+name, list[0])
		}
	}
	return all
}

// fill makes the target of the labels after relabeling.
func (r *recipe) fill(t *Target, b *labels.Builder, thisHost func() string) error {
	a, err := addressOf(b)
	if err != nil {
		return err
	}
	if t.URL, err = r.url(a, b); err != nil {
		return err
	}
	t.UnixSocket = a.socket
	t.Loopback = a.socket != "" || isLoopback(t.URL.Hostname())
	if t.ScrapeInterval, t.ScrapeTimeout, err = timesOf(b); err != nil {
		return err
	}
	if b.Get(model.InstanceLabel) == "" {
		b.Set(model.InstanceLabel, a.instance(thisHost))
	}
	t.Labels, err = keyOf(b)
	return err
}

// addressOf is where relabeling says that a target is.
func addressOf(b *labels.Builder) (address, error) {
	written, socket := b.Get(model.AddressLabel), b.Get(unixSocketLabel)
	switch {
	case written == "" && socket == "":
		return address{}, &problem{"Target without an address", "The target has no __address__, or relabeling took it away."}
	case written == "":
		written = socketHost
	case strings.HasPrefix(written, unixPrefix):
	case hasUserinfo(written):
		return address{}, &problem{"Credentials in an address", "The address has user:password@ in it. " + userinfoRemedy("targets")}
	case strings.ContainsAny(written, "?#"):
		return address{}, &problem{"Query in an address", "The address has a query or a fragment in it. " + queryRemedy("targets")}
	}
	a, err := parseAddress(written)
	if err != nil {
		return a, &problem{"Bad target address", fmt.Sprintf(`%s %s. Write "host:port", "http://host:port/path" or "unix:///run/app.sock".`, quote(written), err)}
	}
	if socket != "" {
		if !strings.HasPrefix(socket, "/") {
			return a, &problem{"Bad unix socket path", fmt.Sprintf("%s is %s; write an absolute path.", unixSocketLabel, quote(socket))}
		}
		a.socket = socket
	}
	return a, nil
}

func (r *recipe) url(a address, b *labels.Builder) (*url.URL, error) {
	u := &url.URL{Scheme: a.scheme, Host: a.host, Path: a.path, RawPath: a.rawPath, RawQuery: r.query(b)}
	if u.Scheme == "" {
		u.Scheme = b.Get(model.SchemeLabel)
	}
	if u.Path == "" {
		u.Path = b.Get(model.MetricsPathLabel)
	}
	if u.Host == "" {
		u.Host = socketHost
	}
	if strings.ContainsAny(u.Path, "?#") {
		return nil, &problem{"Query in a path", fmt.Sprintf("%s has a query or a fragment in it. Write %s<name> instead.", model.MetricsPathLabel, model.ParamLabelPrefix)}
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, &problem{"Bad target scheme", fmt.Sprintf(`%s is %s; write "http" or "https".`, model.SchemeLabel, quote(u.Scheme))}
	}
	return u, nil
}

// query has the job's parameters; a label __param_… stands for the first value
// of one, or is a new one.
func (r *recipe) query(b *labels.Builder) string {
	params := url.Values{}
	for name, values := range r.params {
		params[name] = append([]string(nil), values...)
	}
	b.Range(func(l labels.Label) {
		name, isParam := strings.CutPrefix(l.Name, model.ParamLabelPrefix)
		switch {
		case !isParam:
		case len(params[name]) > 0:
			params[name][0] = l.Value
		default:
			params[name] = []string{l.Value}
		}
	})
	return params.Encode()
}

func timesOf(b *labels.Builder) (interval, timeout time.Duration, err error) {
	if interval, err = timeOf(b, model.ScrapeIntervalLabel); err != nil {
		return 0, 0, err
	}
	if timeout, err = timeOf(b, model.ScrapeTimeoutLabel); err != nil {
		return 0, 0, err
	}
	if timeout > interval {
		return 0, 0, &problem{"Timeout exceeds interval", fmt.Sprintf("%s is %s, above %s, which is %s.",
			model.ScrapeTimeoutLabel, timeout, model.ScrapeIntervalLabel, interval)}
	}
	return interval, timeout, nil
}

func timeOf(b *labels.Builder, name string) (time.Duration, error) {
	d, err := model.ParseDuration(b.Get(name))
	if err != nil || d == 0 {
		return 0, &problem{"Not a positive duration", fmt.Sprintf("%s is %s.", name, quote(b.Get(name)))}
	}
	return time.Duration(d), nil
}
