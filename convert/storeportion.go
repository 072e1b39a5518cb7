package convert

import "encoding/binary"

// portions are the series that were not handed over yet: those with the time of
// the scrape, and those with times of their own.
type portions struct{ common, timed portion }

// A portion is whole fields of a WriteRequest.
type portion struct {
	message []byte
	samples int
}

// storeBuffer is the most that is handed over at once, in bytes, unless a series
// alone is more: what snappy compresses at a time, so that it can from there.
const storeBuffer = 64 << 10

// seriesHead is the most that stands before the labels of a TimeSeries.
const seriesHead = 1 + binary.MaxVarintLen32

// fits tells whether there is room for a series of that many bytes.
func (p *portions) fits(bytes int) bool {
	return max(len(p.common.message), len(p.timed.message))+bytes+seriesHead <= storeBuffer
}

// add takes a TimeSeries that has one sample.
func (p *portions) add(ls, tail []byte, at moment) {
	to := &p.common
	if at.own {
		to = &p.timed
	}
	to.message = appendTimeSeries(to.message, ls, tail)
	to.samples++
}

// handTo gives each output what there is.
func (p *portions) handTo(outputs ...SeriesOutput) {
	for _, out := range outputs {
		if len(p.timed.message) > 0 { // first: a marker may end such a series
			out.AppendTimed(p.timed.message, p.timed.samples)
		}
		if len(p.common.message) > 0 {
			out.Append(p.common.message, p.common.samples)
		}
	}
	p.clear()
}

func (p *portions) clear() {
	p.common = portion{message: p.common.message[:0]}
	p.timed = portion{message: p.timed.message[:0]}
}

// size is how much memory the portions have, in bytes.
func (p *portions) size() int { return cap(p.common.message) + cap(p.timed.message) }
