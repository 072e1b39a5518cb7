package prometheusyaml

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// leaveRefused leaves out the static targets that Prometheus would not scrape, or
// promferry would not take: one of them would keep the whole file from loading.
func (j *job) leaveRefused() {
	j.eachTarget(func(t target, s scraped) bool {
		times, host := s.wrongTimes(), wrongHost(s.address)
		switch {
		case !s.kept || strings.HasPrefix(s.address, "unix:///"):
			return true
		case strings.ContainsAny(s.address, "/?#"):
			j.refused(t.place, "target %s is no host:port, and was left out; a path or a scheme belongs into metrics_path and scheme", t)
		case times != "":
			j.refused(t.place, "target %s was left out: %s", t, times)
		case host != "":
			j.dropped(t.place, "target %q was left out: its address %s; write host:port", t.String(), host)
		case s.job == "":
			j.dropped(t.place, "target %s was left out: it has no job label after relabel_configs, and each group at a gateway has one; leave it to it", t)
		case s.mixedUp != "":
			j.dropped(t.place, "target %s was left out: it has a label %s after relabel_configs, which a Pushgateway mixes up with that of histograms and summaries; drop or rename it", t, s.mixedUp)
		default:
			return true
		}
		return false
	})
}

// wrongTimes says what Prometheus refuses of the times of a target, which labels
// may set; "" where nothing.
func (s scraped) wrongTimes() string {
	interval, intervalErr := model.ParseDuration(s.interval)
	timeout, timeoutErr := model.ParseDuration(s.timeout)
	switch {
	case intervalErr != nil || interval == 0:
		return model.ScrapeIntervalLabel + " is no duration above 0, such as 15s"
	case timeoutErr != nil || timeout == 0:
		return model.ScrapeTimeoutLabel + " is no duration above 0, such as 10s"
	case timeout > interval:
		return fmt.Sprintf("%s %s is above %s %s; lower it", model.ScrapeTimeoutLabel, timeout, model.ScrapeIntervalLabel, interval)
	}
	return ""
}

// defaultTimeout is Prometheus's.
const defaultTimeout = 10 * time.Second

// timeoutOr is the timeout of a job: that of global bends to the interval.
func (j *job) timeoutOr(of global) time.Duration {
	interval := j.intervalOr(of)
	switch {
	case j.body.has("scrape_timeout"):
		return j.timeout
	case of.body.has("scrape_timeout"):
		return min(of.timeout, interval)
	}
	return min(defaultTimeout, interval)
}

// wrongHost says what promferry refuses of an address, without the address; ""
// where nothing.
func wrongHost(address string) string {
	host, hasPort := cutPort(address)
	port := address[strings.LastIndexByte(address, ':')+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	switch ip, noIP := netip.ParseAddr(host); {
	case hasPort && (err != nil || n == 0):
		return "has a port that is not 1 to 65535"
	case host == "":
		return "has no host"
	case strings.HasPrefix(address, "["):
		if noIP != nil || !ip.Is6() {
			return "has brackets around what is no IPv6 address"
		}
	case strings.Contains(host, ":"):
		return "is an IPv6 address without brackets, or has two ports"
	case !hostName.MatchString(host):
		return "has characters that no host has"
	}
	return ""
}

// hostName is as wide as promferry's: names that are not ASCII are the resolver's.
var hostName = regexp.MustCompile(`^[\p{L}\p{N}._-]+$`)
