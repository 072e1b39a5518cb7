package prometheusyaml

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// finish does what needs all fields of a job and those of global.
func (j *job) finish(of global) {
	if !j.checkTimes(j.timeoutAt, j.intervalOr(of), j.timeout) {
		j.body.drop("scrape_timeout")
	}
	j.discovered[model.ScrapeIntervalLabel] = model.Duration(j.intervalOr(of)).String()
	j.discovered[model.ScrapeTimeoutLabel] = model.Duration(j.timeoutOr(of)).String()
	j.writeProtocols(of)
	if j.LocalOnly {
		j.leaveLocal()
	}
	j.leaveRefused()
	j.leaveTwins()
	j.noteTargets()
	j.findRenamed()
	j.keepInstances()
	if !j.outlined() && !j.scrapes() {
		j.note(j.place, "nothing is left to scrape: the job was left out")
	}
}

// scrapes tells whether a job has or finds targets.
func (j *job) scrapes() bool { return j.discovers || len(j.groups) > 0 }

func (j *job) intervalOr(of global) time.Duration {
	if j.interval > 0 {
		return j.interval
	}
	return of.interval
}

// leaveLocal leaves out the targets on other machines. Those that are discovered
// are left out by a rule.
func (j *job) leaveLocal() {
	left := 0
	j.eachTarget(func(_ target, s scraped) bool {
		local := s.kept && j.isLocal(s.address)
		if !local {
			left++
		}
		return local
	})
	if left > 0 {
		j.note(j.place, "targets that are not on this machine were left out: %d", left)
	}
	if j.discovers {
		keepLocal(&j.ruleBlocks, j.localRegex())
	}
}

// leaveTwins leaves out the second of two targets with the same labels, of which
// a gateway keeps one. Prometheus has both, and their series run into each other.
func (j *job) leaveTwins() {
	j.eachTarget(func(t target, s scraped) bool {
		if !s.kept {
			return true
		}
		first, twice := j.keys[s.key]
		if twice && first.all != s.all {
			j.dropped(t.place, "target %s was left out: it has the labels of the one at %s:%d, and a group at a gateway is of one target; write a label that tells them apart", t, first.file, first.line)
		}
		if !twice {
			j.keys[s.key] = twin{t.place, s.all}
		}
		return !twice
	})
}

// A twin is a target that another one may have the labels of.
type twin struct {
	place
	all string
}

// noteTargets says what may surprise of the static targets.
func (j *job) noteTargets() {
	j.eachTarget(func(t target, s scraped) bool {
		host, hasPort := cutPort(s.address)
		switch {
		case !s.kept:
			j.note(t.place, "target %s is dropped by relabel_configs, as in Prometheus", t)
		case !hasPort && host != "":
			j.note(t.place, "a target has no port: as in Prometheus 3, it is asked at that of the scheme, and instance stays without; Prometheus 2 wrote :80 or :443 to both: write the port where the old instance has to stay")
		case isPrometheus(j.name, s.address):
			j.note(t.place, "this job scrapes Prometheus itself: leave it in prometheus.yml, take it out of the HCL, and pass over it below")
		}
		return true
	})
}

func isPrometheus(job, address string) bool {
	return job == "prometheus" && strings.HasSuffix(address, ":9090")
}

// keepInstances has instance keep the value that Prometheus shows where ours
// would be another one: promferry writes this machine's name for a loopback host.
func (j *job) keepInstances() {
	var loopback []target
	total := 0
	j.eachTarget(func(t target, s scraped) bool {
		total++
		if s.loopback() {
			loopback = append(loopback, t)
		}
		return true
	})
	switch {
	case len(j.rules) > 0 || j.discovers:
		if len(loopback) == 0 && (!j.discovers && !j.outlined() || setsInstance(j.rules)) {
			return
		}
		keepInstance(&j.ruleBlocks)
	case len(loopback) == 0:
		return
	case total == 1 && len(j.groups[0].labels) == 0:
		j.body.attributes = slices.Insert(j.body.attributes, 0, attribute{name: "instance", value: loopback[0].value})
	default:
		j.splitLoopback()
	}
	j.noteLoopback(loopback)
}

func (j *job) noteLoopback(loopback []target) {
	at := j.place
	if len(loopback) > 0 {
		at = loopback[0].place
	}
	j.note(at, "instance stays the address, as in Prometheus: from several machines that push to one gateway, those of localhost would collide. Take away what sets instance here, and promferry writes this machine's name for localhost")
}

// outlined tells a job of which nothing is left but its settings.
func (j *job) outlined() bool {
	return len(j.discoversMore) > 0 && !j.scrapes()
}

// writeTo writes the job.
func (j *job) writeTo(b *block) {
	j.writeGroups(b)
	b.join(&j.body)
	if j.outlined() {
		b.add("file_sd_config", nil).set("files", list([]element{{value: quoted("targets/" + j.name + ".json")}}))
	}
	b.join(&j.ruleBlocks)
	b.join(&j.metricBlocks)
}

// result is the job with each of the job labels at the gateway: the labels of a
// target and relabeling may set others than its name.
func (j *job) result(of global) []pushed {
	var jobs []pushed
	add := func(label string) {
		if p := (pushed{j.name, label, j.intervalOr(of)}); !slices.Contains(jobs, p) {
			jobs = append(jobs, p)
		}
	}
	if j.discovers {
		add(j.discoveredLabel())
	}
	j.eachTarget(func(_ target, s scraped) bool {
		if s.kept && s.job != "" {
			add(s.job)
		}
		return true
	})
	return jobs
}

// discoveredLabel is the job label of what is discovered; "" where a rule makes
// it of other labels.
func (j *job) discoveredLabel() string {
	label := j.name
	for _, r := range j.rules {
		switch {
		case r.TargetLabel != model.JobLabel:
		case len(r.SourceLabels) > 0 || copies(r) || r.Action != relabel.Replace:
			label = ""
		default:
			label = r.Replacement
		}
	}
	return label
}
