package convert

import "time"

// A Report is what Prometheus says of a scrape by its own series.
type Report struct {
	Up          bool
	Duration    time.Duration // of scrape and conversion
	Samples     int           // scrape_samples_scraped
	PostRelabel int           // scrape_samples_post_metric_relabeling
	Stores      Stores
}

// Report hands the report series to the group of the target, together with
// those series of the last Convert that have the same names and labels of
// their own. With Up false what the target sent is left out.
func (c *Converter) Report(r Report, batch Batch) {
	if !r.Up {
		c.withheld = nil
	}
	for i, value := range r.values(c.added) {
		if s := reportSeries[i]; IsReported(s.name) {
			c.report(batch, s.name, s.help, value)
		}
	}
	c.withheld = nil
	c.reportToStores(r)
}

// reportSeries are Prometheus's own series about a scrape, in the order of
// Report.values. All are gauges, and the texts are those of Prometheus's metadata.
var reportSeries = [...]struct{ name, help string }{
	{"up", "Health of the scrape target. 1 means the target is healthy, 0 if the scrape failed."},
	{"scrape_duration_seconds", "Duration of the last scrape in seconds."},
	{"scrape_samples_scraped", "Number of samples last scraped from the target."},
	{"scrape_samples_post_metric_relabeling", "Number of samples remaining after metric relabeling was applied."},
	{name: scrapeSeriesAdded}, // for stores alone
}

// scrapeSeriesAdded is the one report series that no gateway gets: see
// docs/transparency.md.
const scrapeSeriesAdded = "scrape_series_added"

// values are those of reportSeries.
func (r Report) values(added int) [len(reportSeries)]float64 {
	up := 0.0
	if r.Up {
		up = 1
	} else {
		added = 0
	}
	return [...]float64{up, r.Duration.Seconds(), float64(r.Samples), float64(r.PostRelabel), float64(added)}
}

func (c *Converter) report(batch Batch, name, help string, value float64) {
	f := Family{Name: name, Help: help, Type: Gauge, Series: []Series{{Name: name, Value: value}}}
	f.Series = append(f.Series, c.withheldOf(name)...)
	f.AppendTo(batch, c.Target)
}

func (c *Converter) withheldOf(name string) []Series {
	var series []Series
	for _, s := range c.withheld {
		if s.Name == name {
			series = append(series, s)
		}
	}
	return series
}

// IsReported tells the names of the families that [Converter.Report] hands
// over: those of Prometheus's own series about a scrape but for
// scrape_series_added.
func IsReported(name string) bool {
	return isReport(name) && name != scrapeSeriesAdded
}

// isReport tells the names of Prometheus's own series about a scrape.
func isReport(name string) bool {
	for i := range reportSeries {
		if reportSeries[i].name == name {
			return true
		}
	}
	return false
}

// isReport tells the names that series of this exposition cannot have without
// labels.
func (r *run) isReport(name string) bool { return !r.NoReport && isReport(name) }
