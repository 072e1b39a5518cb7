package status

import (
	"time"

	"github.com/promferry/promferry/convert"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return now.Add(-d) }

// up is a target of a job that does well.
func up(job, instance string) Target {
	labels := convert.Labels{{Name: "instance", Value: instance}, {Name: "job", Value: job}}
	return Target{
		Job: job, Address: "http://" + instance + "/metrics", GlobalURL: "http://" + instance + "/metrics",
		Labels: labels, Discovered: convert.Labels{{Name: "__address__", Value: instance}},
		Interval: 15 * time.Second, Timeout: 10 * time.Second,
		LastScrape: before(4 * time.Second), Duration: 12 * time.Millisecond, Samples: 1203, Bytes: 88_100,
		Pushes: []Push{{
			Gateway: "eu", Page: "http://gw:9091/", Group: labels, Path: "/metrics/job/" + job + "/instance/" + instance,
			LastSuccess: before(3 * time.Second), LastAttempt: before(3 * time.Second), Series: 1207, Bytes: 23_456,
		}},
	}
}

func down(job, instance string) Target {
	t := up(job, instance)
	t.Error, t.Samples, t.Bytes = "scrape http://"+instance+"/metrics: connection refused", 0, 0
	return t
}

func unpushed(job, instance string) Target {
	t := up(job, instance)
	t.Pushes[0].LastError = "put http://gw:9091/metrics/job/x: status 503, want 200 or 202"
	return t
}

func incompleteTarget(job, instance string, families ...string) Target {
	t := up(job, instance)
	t.Pushes[0].LeftOut = families
	return t
}

func pending(job, instance string) Target {
	t := up(job, instance)
	t.LastScrape, t.Pushes[0].LastSuccess = time.Time{}, time.Time{}
	return t
}

func answering(name string) Gateway {
	return Gateway{
		Name: name, URL: "http://gw:9091", State: GatewayAnswering, Since: before(time.Hour), LastSuccess: before(3 * time.Second),
		Version: "1.11.3", Encoding: "protobuf", Compression: "snappy", Groups: 12,
	}
}

func gone(name string) Gateway {
	g := answering(name)
	g.State, g.Since, g.LastError, g.NextTry = GatewayDown, before(2*time.Minute), "connection refused", now.Add(4*time.Second)
	return g
}

func snapshot(gateway Gateway, jobs ...Job) Snapshot {
	return Snapshot{At: now, Version: "promferry/test", TelemetryPath: "/metrics", Gateways: []Gateway{gateway}, Jobs: jobs}
}
