package answers

import (
	"math/rand/v2"
	"time"
)

// Backoff returns the wait after n failures in a row and one more: between low
// and twice low for n = 0, twice as long for each further one, and never more
// than high. Half of it is jitter, so that those who failed together do not come
// back together; where low leaves no room for that, it goes below low.
//
// It has no state but n, and the jitter is below the bound: a library's back-off
// is an object for each sender that goes up to half above its longest interval.
func Backoff(n int, low, high time.Duration) time.Duration {
	full := high
	if n < 32 && low<<n <= high/2 {
		full = low << n * 2
	}
	least := full / 2
	if low < full {
		least = max(least, low)
	}
	return least + rand.N(full-least+1)
}
