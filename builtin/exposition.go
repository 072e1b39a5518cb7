package builtin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/promferry/promferry/scrape"
)

// encode writes families as text 0.0.4. A family without series is left out,
// as a registry does it: expfmt refuses one.
func encode(families []*dto.MetricFamily) (*scrape.Exposition, error) {
	var body bytes.Buffer
	for _, f := range families {
		if len(f.Metric) == 0 {
			continue
		}
		if _, err := expfmt.MetricFamilyToText(&body, f); err != nil {
			return nil, fmt.Errorf("encode %s: %w", f.GetName(), err)
		}
	}
	return &scrape.Exposition{
		Body:      io.NopCloser(&body),
		MediaType: scrape.MediaTypeText,
	}, nil
}

// collectError is err as a failed scrape of the named collector.
func collectError(collector string, err error) error {
	reason := scrape.ReasonCollect
	if errors.Is(err, context.DeadlineExceeded) {
		reason = scrape.ReasonTimeout
	}
	return &scrape.Error{Reason: reason, Err: fmt.Errorf("collect %s: %w", collector, err)}
}
