package push

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/promferry/promferry/push/internal/answers"
)

// get returns the body of an answer that is for the caller to close.
func (g *Gateway) get(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.urlOf(path), http.NoBody)
	if err != nil {
		return nil, err
	}
	if g.reception.facts().utf8 {
		req.Header.Set("Accept", acceptUTF8)
	}
	resp, err := g.roundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", g.urlOf(path), err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, answers.BodyLimit))
	refusal := g.refusal(req, path, resp, text)
	if hint := getHints[resp.StatusCode]; hint != "" {
		return nil, fmt.Errorf("%w; %s", refusal, hint)
	}
	return nil, refusal
}

// acceptUTF8 asks a gateway for names as they are. It escapes them for who does
// not ask.
const acceptUTF8 = "text/plain;version=1.0.0;escaping=allow-utf-8,*/*;q=0.1"

// getHints say what to try.
var getHints = map[int]string{
	http.StatusNotFound: "Pushgateways have it from 1.2.0 on",
}

// storedLimit bounds one reading of a gateway, in bytes, unpacked: its whole store
// comes back.
const storedLimit = 256 << 20

// A cappedReader ends with an error where there is more than is to be read.
type cappedReader struct {
	from io.Reader
	left int64
}

func (r *cappedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, ErrStoredLimit
	}
	n, err := r.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

// ErrStoredLimit is that of a gateway whose answer is longer than is read.
var ErrStoredLimit = fmt.Errorf("the gateway holds more than the %d MiB that are read; does it hold groups that nobody needs any more?", storedLimit>>20)
