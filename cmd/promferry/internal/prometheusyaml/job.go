package prometheusyaml

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// A job is one scrape_config while it is read.
type job struct {
	scope
	place
	name              string
	comments          []string
	interval, timeout time.Duration // 0: as global says
	timeoutAt         place
	protocols         []string // nil: as global says
	protocolComments  []string
	native            *bool // scrape_native_histograms; nil: as global says

	body          block // what is neither a target nor a rule
	ruleBlocks    block
	metricBlocks  block
	groups        []group
	rules         []*relabel.Config
	written       []placedRule      // rules for targets and for series
	renamed       map[string]string // labels of targets that have another name now
	discovered    map[string]string // labels of each target before relabeling
	discovers     bool              // some of its targets are not known here
	discoversMore []string          // by means that promferry does not have
	carriers      map[string]bool   // labels out of which rules make a secret
}

// jobFields are those of a scrape_config that are read in a way of their own.
var jobFields = map[string]func(j *job, f field){
	"job_name":                 func(*job, field) {}, // read before all others
	"scrape_interval":          (*job).readInterval,
	"scrape_timeout":           (*job).readTimeout,
	"scheme":                   (*job).readScheme,
	"metrics_path":             (*job).readPath,
	"params":                   (*job).readParams,
	"honor_labels":             (*job).readHonorLabels,
	"honor_timestamps":         (*job).readHonorTimestamps,
	"scrape_protocols":         (*job).readProtocols,
	"scrape_native_histograms": (*job).readNative,
	"fallback_scrape_protocol": (*job).readFallback,
	"static_configs":           (*job).readStatic,
	"file_sd_configs":          (*job).readFileSD,
	"dns_sd_configs":           (*job).readDNSSD,
	"http_sd_configs":          (*job).readHTTPSD,
	"relabel_configs":          (*job).readRules,
	"metric_relabel_configs":   (*job).readSeriesRules,
}

// scrapeFields are the other ones.
var scrapeFields = withShared(map[string]handler{
	"enable_compression": boolean,

	"track_timestamps_staleness":         without("a Pushgateway refuses timestamps"),
	"scrape_classic_histograms":          without(atTheGateway),
	"native_histogram_bucket_limit":      without(atTheGateway),
	"native_histogram_min_bucket_factor": without(atTheGateway),
})

// readJob reads one scrape_config; nil where it has no name.
func (r *reader) readJob(v value, dir string) *job {
	j := &job{scope: scope{reader: r, dir: dir}, place: v.place, comments: []string{v.node.HeadComment, v.node.LineComment}, discovered: map[string]string{}, renamed: map[string]string{}}
	fields := j.fields(v)
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == "job_name" })
	if i >= 0 {
		j.name, _ = j.text("job_name", fields[i].value)
		j.comments = append(j.comments, fields[i].comments()...)
		j.place = fields[i].place
	}
	if j.name == "" {
		j.refused(v.place, "a scrape_config without job_name was left out")
		return nil
	}
	j.scope.job = j.name
	for _, f := range fields {
		if f.key == "relabel_configs" { // they may come after the targets
			j.carriers = carriersOf(decodeRules(j.items(f)))
		}
	}
	for _, f := range fields {
		j.read(f)
	}
	j.checkHTTP(&j.body, v)
	j.body.below = append(j.body.below, v.node.FootComment)
	return j
}

func (j *job) read(f field) {
	own, isOwn := jobFields[f.key]
	scrape, isScrape := scrapeFields[f.key]
	http, isHTTP := httpFields[f.key]
	switch {
	case isOwn:
		own(j, f)
	case isScrape:
		scrape(&j.scope, &j.body, f)
	case isHTTP:
		http(&j.scope, &j.body, f)
	case strings.HasSuffix(f.key, "_sd_configs"):
		j.discoversMore = append(j.discoversMore, f.key)
		j.dropped(f.place, "promferry has no %s: %s", shown(f.key), instead(f.key))
	default:
		j.scope.unknown(f)
	}
}

func (j *job) readInterval(f field) {
	j.interval, _ = j.duration(f)
	duration(&j.scope, &j.body, f)
}

func (j *job) readTimeout(f field) {
	j.timeout, _ = j.duration(f)
	j.timeoutAt = f.place
	duration(&j.scope, &j.body, f)
}

func (j *job) readScheme(f field) {
	t, ok := j.text(f.key, f.value)
	switch {
	case ok && (t == "http" || t == "https"):
		j.discovered[model.SchemeLabel] = t
		j.body.set(f.key, quoted(t), f.comments()...)
	case ok && t != "":
		j.refused(f.place, "scheme: want http or https, got %.40q", visible(t))
	}
}

func (j *job) readPath(f field) {
	t, ok := j.text(f.key, f.value)
	if !ok || t == "" {
		return
	}
	path, query, found := strings.Cut(t, "?")
	if found {
		j.dropped(f.place, "the query of metrics_path was left out: write params")
		j.secrets.remember(query)
	}
	if hasPassword(path) {
		j.refused(f.place, "metrics_path was left out: it is a URL with credentials; write a path, and the host into targets")
		return
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // Prometheus asks for the same
	}
	j.discovered[model.MetricsPathLabel] = path
	j.body.set(f.key, quoted(path), f.comments()...)
	if strings.HasSuffix(path, "/federate") {
		j.note(f.place, "federates from another Prometheus: what it gives has timestamps of its own, which a Pushgateway refuses; at most group_limit = 100 sets of job and instance come through. To have the main Prometheus federate by itself is better where the network allows it")
	}
}

func (j *job) readParams(f field) {
	listMap(&j.scope, &j.body, f)
	for _, p := range j.fields(f.value) {
		if values, _ := j.texts(p); len(values) > 0 {
			j.discovered[model.ParamLabelPrefix+p.key] = values[0]
		}
	}
}

func (j *job) readHonorLabels(f field) {
	boolean(&j.scope, &j.body, f)
	if is, _ := j.boolean(f); is {
		j.note(f.place, "honor_labels: the series' own job and instance win, so that one scrape makes a group for each of them; group_limit (100) bounds how many")
	}
}

func (j *job) readHonorTimestamps(f field) {
	boolean(&j.scope, &j.body, f)
	if is, _ := j.boolean(f); is && j.Gateway != "" {
		j.note(f.place, "honor_timestamps is for remote_write: a Pushgateway refuses timestamps, and Prometheus writes the time at which it scrapes the gateway")
	}
}

func (j *job) readStatic(f field) {
	j.groups = j.readGroups(f)
	if len(j.groups) > 0 {
		j.groups[0].comments = slices.Concat(f.above, j.groups[0].comments)
	}
	j.body.below = append(j.body.below, f.below)
}

func (j *job) readFileSD(f field) {
	j.discover("file_sd_config", "files", f, func(b *block, v value) { j.write(b, v, fileSDFields) })
}

func (j *job) readDNSSD(f field) {
	j.discover("dns_sd_config", "names", f, func(b *block, v value) { j.write(b, v, dnsSDFields) })
}

func (j *job) readHTTPSD(f field) { j.discover("http_sd_config", "url", f, j.httpSD) }

// discover writes a block for each element of a list, unless it would find
// nothing without what it needs.
func (j *job) discover(kind, needs string, f field, write func(*block, value)) {
	comments := f.above
	for _, item := range j.items(f) {
		var b block
		write(&b, item)
		switch {
		case b.unusable:
			j.discoversMore = append(j.discoversMore, f.key+" of that type")
		case !b.has(needs):
			j.refused(item.place, "an element of %s has no good %s: it was left out", f.key, needs)
		default:
			j.body.add(kind, slices.Concat(comments, item.comments())).join(&b)
			j.discovers, comments = true, nil
		}
	}
	j.body.below = append(j.body.below, f.below)
}
