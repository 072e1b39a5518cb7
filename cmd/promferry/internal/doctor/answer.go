package doctor

import (
	"fmt"
	"net/http"
	"strings"
)

// found says what was heard, in one line.
func (h heard) found() string {
	text := fmt.Sprintf("status %d", h.code)
	switch {
	case h.wantsTLS():
		return text + ": it speaks TLS, and was asked without"
	case h.location != "":
		return oneLine(text + ", a redirect to " + h.location)
	case h.isPage():
		return text + ", with a web page"
	case strings.TrimSpace(h.text) != "":
		line, _, _ := strings.Cut(strings.TrimSpace(h.text), "\n")
		return oneLine(text + ": " + line)
	}
	return text
}

// wantsTLS tells the answer of Go's net/http to a request without TLS.
func (h heard) wantsTLS() bool {
	return h.code == http.StatusBadRequest && strings.Contains(h.text, "HTTP request to an HTTPS server")
}

// isPage tells an answer for people. It means nothing of a request, whatever its
// status.
func (h heard) isPage() bool {
	return strings.HasPrefix(http.DetectContentType([]byte(h.text)), "text/html")
}

// isDisabled tells Prometheus without the flag that makes it a receiver
// (web/api/v1, remoteWrite).
func (h heard) isDisabled() bool {
	return strings.Contains(h.text, "--web.enable-remote-write-receiver")
}

// isWarning tells the answers that may be others to a request with samples.
func (h heard) isWarning() bool {
	return h.code == http.StatusTooManyRequests || h.code == http.StatusBadRequest && !h.wantsTLS()
}

// answerAdvice says what to do about an answer that is no success.
func (s speaker) answerAdvice(h heard) string {
	switch {
	case h.wantsTLS():
		return s.secureAdvice()
	case h.isDisabled():
		return "Start Prometheus with --web.enable-remote-write-receiver."
	case h.location != "":
		return fmt.Sprintf("Samples are not redirected: write where it leads into url of %s.", s.name)
	case h.code < 300:
		return fmt.Sprintf("What answers is for people: a login page, or another server. Correct url of %s: %s.", s.name, paths)
	}
	return s.codeAdvice(h.code)
}

// paths are where the receivers listen that many have.
const paths = "Prometheus and VictoriaMetrics take it at /api/v1/write, Mimir and Cortex at /api/v1/push, Thanos at /api/v1/receive"

func (s speaker) codeAdvice(code int) string {
	switch code {
	case http.StatusUnauthorized:
		return fmt.Sprintf("Set basic_auth or authorization of %s to what the receiver wants, and look whether the secret is the right one. Mimir and Cortex may want a tenant: http_header \"X-Scope-OrgID\".", s.name)
	case http.StatusForbidden:
		return fmt.Sprintf("Whoever these credentials are for may not write: look at basic_auth or authorization of %s, and at the proxy in front of the receiver.", s.name)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fmt.Sprintf("Correct url of %s: %s; Prometheus only with --web.enable-remote-write-receiver.", s.name, paths)
	case http.StatusUnsupportedMediaType:
		return fmt.Sprintf("It does not take remote_write 1.0 as protobuf with snappy, and promferry sends nothing else: correct url of %s, or have another receiver.", s.name)
	case http.StatusBadRequest:
		return "Its words say why. If it only refuses a request without samples, all may be well: doctor sends none."
	case http.StatusTooManyRequests:
		return "Raise its limits, or send less: until then what is scraped waits, and is tried again at its pace."
	}
	return "Look at the log of the receiver, and at what stands between: a proxy, a load balancer. What is scraped waits until it answers well."
}
