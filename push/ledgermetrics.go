package push

import "github.com/prometheus/client_golang/prometheus"

// ledgerMetrics count what a ledger does.
type ledgerMetrics struct {
	groups      prometheus.Gauge
	writeErrors prometheus.Counter
	dropped     prometheus.Counter
}

func newLedgerMetrics() ledgerMetrics {
	return ledgerMetrics{
		groups: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "promferry_state_groups", Help: "Groups at gateways that the state file remembers.",
		}),
		writeErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "promferry_state_write_errors_total", Help: "Writes of the state file that failed.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "promferry_state_groups_dropped_total", Help: "Groups that are not remembered, as the state file is full.",
		}),
	}
}

// Register registers the metrics of the ledger.
func (l *Ledger) Register(reg prometheus.Registerer) {
	if l != nil {
		reg.MustRegister(l.metrics.groups, l.metrics.writeErrors, l.metrics.dropped)
	}
}
