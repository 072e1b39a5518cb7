package scrape

import (
	"fmt"
	"io"
)

// A limited reader fails with err as soon as it has given left bytes, whether
// or not more would follow: Prometheus refuses a body of exactly the limit.
type limited struct {
	r    io.Reader
	left int64
	err  error
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	if l.left == 0 {
		return 0, l.err
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left == 0 {
		err = l.err
	}
	return n, err
}

func limitError(bytes int64) error {
	return &refusal{ReasonBodySizeLimit, fmt.Errorf("body reaches body_size_limit, %d bytes", bytes)}
}
