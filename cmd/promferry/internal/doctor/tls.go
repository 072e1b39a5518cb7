package doctor

import (
	"crypto/tls"
	"fmt"
	"time"
)

// soonExpired is when a certificate that was not renewed worries: those that are
// renewed by machines are so with more than this left.
const soonExpired = 14 * 24 * time.Hour

// checkCertificate looks at a handshake that went well.
func checkCertificate(cs *Checks, state *tls.ConnectionState, who speaker) {
	found := tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		cs.ok(linkTLS, found)
		return
	}
	until := state.PeerCertificates[0].NotAfter
	found += ", certificate good until " + until.UTC().Format(time.DateOnly)
	if left := time.Until(until); left < soonExpired {
		cs.warn(linkTLS, fmt.Sprintf("%s, in %d days", found, int(left.Hours()/24)), "Renew the certificate of "+who.name+": without that nothing connects to it any more.")
		return
	}
	cs.ok(linkTLS, found)
}
