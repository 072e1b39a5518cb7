package convert

import (
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// Stores are where the series of one scrape go beside gateways, as a Prometheus
// agent would send them by remote_write. The zero value is nowhere.
type Stores struct {
	Time    time.Time // of the scrape, and of the samples which bring none
	Outputs []SeriesOutput
}

// A SeriesOutput takes the series of one scrape for one store. It is used by one
// goroutine.
type SeriesOutput interface {
	// Rules are the write_relabel_configs of the store. They do not change as
	// long as the output is used; outputs at the same place of Stores with the
	// same slice have the same rules.
	Rules() []*relabel.Config
	// Append adds fields of a WriteRequest (prometheus/prometheus
	// prompb/remote.proto), each of them whole, and how many samples and native
	// histograms they have, which is one for each TimeSeries. The bytes belong to
	// the caller again when it returns.
	Append(encoded []byte, samples int)
	// AppendTimed is Append for samples that bring a time of their own. A store
	// may refuse such a time, and then all that came along.
	AppendTimed(encoded []byte, samples int)
}

// Leave hands over stale markers for all series of the target, those of its
// reports among them: it is no target any more. The next scrape, if there is
// one, begins anew.
func (c *Converter) Leave(to Stores) {
	defer func() { c.series = nil }()
	if c.series == nil || len(to.Outputs) == 0 {
		return
	}
	to.Time = later(to.Time, c.series.last)
	c.toStores(to, func(e *storeEncoder) {
		e.markAll()
		for i := range reportSeries {
			e.marker(e.report(reportSeries[i].name))
		}
	})
}

// LeaveSome is Leave for a target that stays one for other stores: what is known of
// its series stays known.
func (c *Converter) LeaveSome(to Stores) {
	series := c.series
	if series == nil {
		return
	}
	defer func(ended bool) { c.series, series.ended = series, ended }(series.ended)
	c.Leave(to)
}

// later is at, or the moment after a time in milliseconds if that is not before:
// a store takes the samples of a series in the order of time alone.
func later(at time.Time, last int64) time.Time {
	return model.Time(max(at.UnixMilli(), last+1)).Time()
}

// Succeed takes over what is known of the series that another converter with the
// same target has handed over: those that do not come again get stale markers.
func (c *Converter) Succeed(before *Converter) {
	if c.series == nil {
		c.series, before.series = before.series, nil
	}
}

// toStores has an encoder write what no exposition has.
func (c *Converter) toStores(to Stores, write func(e *storeEncoder)) {
	r := c.Buffers.get()
	r.store.begin(c, to)
	write(&r.store)
	r.store.flush()
	r.store.clear()
	c.Buffers.put(r) // not after a panic
}

// reportToStores hands over the report series, and before them, where the scrape
// failed, stale markers for all that the target had.
func (c *Converter) reportToStores(r Report) {
	if len(r.Stores.Outputs) == 0 || c.isBack(r.Stores) {
		return
	}
	c.toStores(r.Stores, func(e *storeEncoder) {
		if !r.Up {
			e.markAll()
		}
		for i, value := range r.values(c.added) {
			e.plain(e.report(reportSeries[i].name), value)
		}
		c.series.last = e.now
	})
}

// isBack tells whether the clock went back since the last scrape: a store has
// later samples of the series, and takes none before them.
func (c *Converter) isBack(to Stores) bool {
	return c.series != nil && to.Time.UnixMilli() <= c.series.last
}
