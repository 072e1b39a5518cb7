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
	up := 0.0
	if r.Up {
		up = 1
	} else {
		c.withheld = nil
	}
	// Types and texts are those of Prometheus's own metadata for the series.
	c.report(batch, "up", "Health of the scrape target. 1 means the target is healthy, 0 if the scrape failed.", up)
	c.report(batch, "scrape_duration_seconds", "Duration of the last scrape in seconds.", r.Duration.Seconds())
	c.report(batch, "scrape_samples_scraped", "Number of samples last scraped from the target.", float64(r.Samples))
	c.report(batch, "scrape_samples_post_metric_relabeling",
		"Number of samples remaining after metric relabeling was applied.", float64(r.PostRelabel))
	c.withheld = nil
	c.reportToStores(r)
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
	switch name {
	case "up", "scrape_duration_seconds", "scrape_samples_scraped",
		"scrape_samples_post_metric_relabeling", scrapeSeriesAdded:
		return true
	}
	return false
}

// isReport tells the names that series of this exposition cannot have without
// labels.
func (r *run) isReport(name string) bool { return !r.NoReport && isReport(name) }

// scrapeSeriesAdded is the one report series that cannot be carried: see
// docs/transparency.md.
const scrapeSeriesAdded = "scrape_series_added"
