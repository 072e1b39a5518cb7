package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"syscall"

	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/transport"
)

// A speaker is what a request goes to, in the words of advice.
type speaker struct {
	name    string // the block of the configuration: gateway "default", job "node"
	program string // what is to listen there
	setting string // where its address is set
	plain   bool   // it is asked over HTTP without TLS
}

// advice says what to do about a link that failed.
func (s speaker) advice(link, host string, err error) string {
	var way *transport.Error
	errors.As(err, &way)
	switch {
	case link == linkResolve:
		return fmt.Sprintf("Check the spelling of %s in %s of %s, and whether this machine can resolve it: getent hosts %[1]s.", host, s.setting, s.name)
	case way != nil && way.Reason == transport.ReasonProxy:
		return fmt.Sprintf("Look at proxy_url of %s: the proxy did not let the request pass.", s.name)
	case link == linkTLS:
		return s.tlsAdvice(err)
	}
	return s.connectAdvice(err)
}

func (s speaker) connectAdvice(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("Nothing listens there: start %s, or correct %s of %s.", s.program, s.setting, s.name)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("There is no such socket: start %s, or correct %s of %s.", s.program, s.setting, s.name)
	case errors.Is(err, fs.ErrPermission):
		return "This user may not open the socket: give it the right, or run promferry as another user."
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("Nothing answers: a firewall may drop what is sent there, or the host is down. Open the port for this host, or correct %s of %s.", s.setting, s.name)
	}
	return fmt.Sprintf("Look whether this host has a way there, and correct %s of %s if not.", s.setting, s.name)
}

func (s speaker) tlsAdvice(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		noTLS   tls.RecordHeaderError // what came back is no TLS at all
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &noTLS):
		return fmt.Sprintf("It speaks plain http: write http:// in %s of %s.", s.setting, s.name)
	case errors.As(err, &unknown):
		return fmt.Sprintf("Set ca_file of tls_config of %s to the certificate of the authority that signed this one.", s.name)
	case errors.As(err, &name):
		return fmt.Sprintf("The certificate is for another name: use one of its names in %s of %s, or set server_name of tls_config.", s.setting, s.name)
	case errors.As(err, &invalid):
		return fmt.Sprintf("Renew the certificate of %s, and look at the clocks of both machines.", s.program)
	}
	return fmt.Sprintf("Look at tls_config of %s: the files that it names, the certificate that the server may want of its clients.", s.name)
}

// orTLS is for a connection that was ended without an answer: some servers do that
// to who does not speak TLS.
func (s speaker) orTLS() string {
	if !s.plain {
		return ""
	}
	return fmt.Sprintf(" If it speaks TLS, write https:// in %s of %s.", s.setting, s.name)
}

// redirectAdvice is for a link that is behind a redirect.
func (s speaker) redirectAdvice() string {
	return fmt.Sprintf("It redirects there: correct the address in %s of %s, or set follow_redirects = false to see its own answer.", s.setting, s.name)
}

// secureAdvice is for what was asked without TLS and speaks it.
func (s speaker) secureAdvice() string {
	return fmt.Sprintf("It speaks TLS: write https:// in %s of %s.", s.setting, s.name)
}

// scrapeAdvice says what to do about an answer that is no exposition.
func (s speaker) scrapeAdvice(err error) string {
	var status *scrape.StatusError
	switch {
	case errors.As(err, &status) && status.WantsTLS:
		return s.secureAdvice()
	case status != nil:
		return s.statusAdvice(status.Code)
	}
	switch scrape.ReasonOf(err) {
	case scrape.ReasonTimeout:
		return fmt.Sprintf("Find out why it is slow, or raise scrape_timeout of %s.", s.name)
	case scrape.ReasonContentType:
		return fmt.Sprintf("It may be a page for people, or something else than metrics: correct metrics_path of %s. If it is metrics, set fallback_scrape_protocol.", s.name)
	case scrape.ReasonBodySizeLimit:
		return fmt.Sprintf("Raise body_size_limit of %s, or have it expose less.", s.name)
	case scrape.ReasonCredentials:
		return fmt.Sprintf("Nothing was sent, for want of credentials: look at the files and the token endpoint that %s names.", s.name)
	case scrape.ReasonFile:
		return fmt.Sprintf("Look at files of %s: what writes them, and whether this user may read them.", s.name)
	case scrape.ReasonTargetLimit:
		return fmt.Sprintf("Raise target_limit of %s, or have it find less.", s.name)
	}
	return fmt.Sprintf("The answer ends before it should: look at the log of %s.%s", s.program, s.orTLS())
}

func (s speaker) statusAdvice(code int) string {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return fmt.Sprintf("Set basic_auth, authorization or oauth2 of %s as it wants, and look whether the secret is the right one.", s.name)
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed:
		return fmt.Sprintf("Correct metrics_path of %s.", s.name)
	case code >= 300 && code < 400:
		return fmt.Sprintf("Correct the address in %s of %s, or set follow_redirects.", s.setting, s.name)
	}
	return fmt.Sprintf("Look at the log of %s.", s.program)
}
