package convert

import (
	"time"

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
	// long as the output is used.
	Rules() []*relabel.Config
	// Append adds fields of a WriteRequest (prometheus/prometheus
	// prompb/remote.proto), each of them whole, and how many samples and native
	// histograms they have. The bytes belong to the caller again when it returns.
	Append(encoded []byte, samples int)
}

// Leave hands over stale markers for all series of the target, those of its
// reports among them: it is no target any more. The next scrape, if there is
// one, begins anew.
func (c *Converter) Leave(to Stores) {}

// Succeed takes over what is known of the series that another converter with the
// same target has handed over: those that do not come again get stale markers.
func (c *Converter) Succeed(before *Converter) {}
