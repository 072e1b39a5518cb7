package doctor

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/promferry/promferry/push/remote"
)

// foundStatus says what was answered, in one line.
func foundStatus(e *remote.StatusError) string {
	text := fmt.Sprintf("status %d", e.Code)
	switch {
	case e.WantsTLS:
		return text + ": it speaks TLS, and was asked without"
	case e.Location != "":
		return oneLine(text + ", a redirect to " + e.Location)
	case e.Body != "":
		return oneLine(text + ": " + e.Body)
	}
	return text
}

// isPassing tells the answers that may be others to a request with samples, or
// later.
func isPassing(e *remote.StatusError) bool {
	return e.Code == http.StatusTooManyRequests || e.Code == http.StatusBadRequest && !e.WantsTLS && !isWrongPath(e)
}

// isWrongPath tells the answer of VictoriaMetrics where nothing is at a path: a 400
// with such words (lib/httpserver).
func isWrongPath(e *remote.StatusError) bool {
	return e.Code == http.StatusBadRequest && strings.Contains(e.Body, "unsupported path")
}

// refusalAdvice says what to do about an answer that is no success.
func (s speaker) refusalAdvice(e *remote.StatusError) string {
	switch {
	case e.WantsTLS:
		return s.secureAdvice()
	case e.Location != "":
		return fmt.Sprintf("Samples are not redirected: write where it leads into url of %s.", s.name)
	case strings.Contains(e.Body, disabledReceiver):
		return "Start Prometheus with " + enablesReceiver + "."
	case isWrongPath(e):
		return s.pathAdvice()
	}
	return s.codeAdvice(e.Code)
}

// disabledReceiver is what Prometheus answers where it is none (web/api/v1,
// remoteWrite). What follows there is a flag that some versions do not have.
const disabledReceiver = "remote write receiver needs to be enabled"

// enablesReceiver is the flag of Prometheus without which it takes nothing.
const enablesReceiver = "--web.enable-remote-write-receiver"

// paths are where the receivers listen that many have.
const paths = "Prometheus and VictoriaMetrics take it at /api/v1/write, Mimir and Cortex at /api/v1/push, Thanos at /api/v1/receive"

func (s speaker) pathAdvice() string {
	return fmt.Sprintf("Correct url of %s: %s; Prometheus only with %s.", s.name, paths, enablesReceiver)
}

func (s speaker) codeAdvice(code int) string {
	switch code {
	case http.StatusUnauthorized:
		return fmt.Sprintf("Set basic_auth or authorization of %s to what the receiver wants, and look whether the secret is the right one. Mimir and Cortex may want a tenant: http_header \"X-Scope-OrgID\".", s.name)
	case http.StatusForbidden:
		return fmt.Sprintf("Whoever these credentials are for may not write: look at basic_auth or authorization of %s, and at the proxy in front of the receiver.", s.name)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return s.pathAdvice()
	case http.StatusUnsupportedMediaType:
		return fmt.Sprintf("It does not take remote_write 1.0, and promferry sends nothing else: correct url of %s, or have another receiver.", s.name)
	case http.StatusBadRequest:
		return "Its words say why. If it only refuses a request without samples, all may be well: doctor sends none."
	case http.StatusRequestEntityTooLarge:
		return fmt.Sprintf("The request is larger than the receiver, or a proxy before it, allows: raise that limit (nginx: client_max_body_size), or lower max_samples_per_send in queue of %s. What is refused so is dropped.", s.name)
	case http.StatusTooManyRequests:
		return "Raise its limits, or send less: until then what is scraped waits, and is tried again at its pace."
	}
	const look = "Look at the log of the receiver, and at what stands between: a proxy, a load balancer. "
	if code >= http.StatusBadRequest && code < http.StatusInternalServerError {
		return look + "What it answers so is dropped."
	}
	return look + "What is scraped waits until it answers well."
}
