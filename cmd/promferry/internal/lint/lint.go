// Package lint says what could be better in an exposition, and what of it a push
// cannot carry. What comes in is what package convert made of it.
package lint

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/promferry/promferry/convert"
)

// Problems are those that the linter of client_golang finds in a text.
func Problems(text []byte) ([]promlint.Problem, error) {
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	return problems, nil
}

// Losses says what of an exposition a push would not carry as it is.
func Losses(stats convert.Stats, duplicates int) (lines []string) {
	add := func(n int, what string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(stats.Dropped)) {
		add(stats.Dropped[reason], "series left out: "+string(reason))
	}
	add(duplicates, "series left out: duplicate")
	add(stats.Timestamps, "timestamps stripped")
	add(stats.Exemplars, "exemplars stripped")
	add(stats.Natives, "native histograms cut to count, sum and classic buckets, unless as protobuf")
	add(stats.Escaped, "series with UTF-8 names written with underscores, unless the gateway takes those")
	add(stats.Flattened, "histograms or summaries sent as plain series, as a gateway would change their numbers")
	return lines
}
