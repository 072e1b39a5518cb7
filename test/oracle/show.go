package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// stored is what a gateway has of a group. It is not changed any more.
type stored struct {
	path     string
	families families
	at       time.Time
}

// labels are those of the path, which has no base64 here.
func (s *stored) labels() map[string]string {
	labels := make(map[string]string)
	parts := strings.Split(strings.TrimPrefix(s.path, "/metrics/"), "/")
	for i := 0; i+1 < len(parts); i += 2 {
		value, _ := url.PathUnescape(parts[i+1])
		labels[parts[i]] = value
	}
	return labels
}

// show answers the questions that a relay may ask a gateway.
func (g *Gateway) show(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/v1/status":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, status, g.Version)
	case "/api/v1/metrics":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": g.api()})
	case "/metrics":
		w.Header().Set("Content-Type", textFormat)
		for _, f := range g.merged() {
			_, _ = expfmt.MetricFamilyToText(w, f)
		}
	default:
		http.NotFound(w, r)
	}
}

// status is what a Pushgateway says of itself, as far as a sender may read it
// (contract C55).
const status = `{"status":"success","data":{"build_information":{"version":%q},` +
	`"flags":{"push.disable-consistency-check":"false","web.enable-admin-api":"false"},"start_time":"2026-11-22T12:00:00Z"}}`

func (g *Gateway) all() []*stored {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Values(g.groups), func(a, b *stored) int { return strings.Compare(a.path, b.path) })
}

// api is the form of /api/v1/metrics, without values (contract C54).
func (g *Gateway) api() (groups []map[string]any) {
	for _, s := range g.all() {
		group := map[string]any{"labels": s.labels(), "last_push_successful": true}
		for name, f := range s.families {
			group[name] = map[string]any{"time_stamp": s.at, "type": f.GetType().String(), "metrics": []any{}}
		}
		group["push_time_seconds"] = marker(float64(s.at.UnixMilli()) / 1000)
		group["push_failure_time_seconds"] = marker(0)
		groups = append(groups, group)
	}
	return groups
}

func marker(value float64) map[string]any {
	return map[string]any{"type": "GAUGE", "metrics": []any{map[string]any{"value": fmt.Sprint(value)}}}
}

// merged are the families of all groups, without what the gateway would add.
func (g *Gateway) merged() []*dto.MetricFamily {
	all := families{}
	for _, s := range g.all() {
		for name, f := range s.families {
			m := all[name]
			if m == nil {
				m = &dto.MetricFamily{Name: f.Name, Type: f.Type}
				all[name] = m
			}
			m.Metric = append(m.Metric, f.GetMetric()...)
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
}
