package prometheusyaml

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// parseSize reads a size as Prometheus does: one or more numbers, each with a
// unit that is a power of 1024 whether it has an i or not; 0 needs none.
func parseSize(s string) (int64, bool) {
	if s == "0" {
		return 0, true
	}
	if !sizes.MatchString(s) {
		return 0, false
	}
	total := 0.0
	for _, part := range oneSize.FindAllStringSubmatch(s, -1) {
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, false
		}
		power := strings.Index("BKMGTPE", part[2])
		total += n * math.Pow(1024, float64(power))
	}
	return int64(total), total < math.MaxInt64
}

var (
	sizes   = regexp.MustCompile(`^(?:[0-9]+(?:\.[0-9]+)?(?:[KMGTPE]i?)?B)+$`)
	oneSize = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)([BKMGTPE])`)
)
