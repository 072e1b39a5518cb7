// Package certs makes certificates for tests. What cannot go wrong panics.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// An Authority signs certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// New makes an authority that nobody knows yet.
func New() *Authority {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "authority of a test"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	key := newKey()
	return &Authority{cert: sign(template, template, key, key), key: key}
}

// PEM is the authority's own certificate.
func (a *Authority) PEM() string { return certificatePEM(a.cert.Raw) }

// Pool trusts the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Server returns a certificate for 127.0.0.1.
func (a *Authority) Server() tls.Certificate {
	return a.Issue(&x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
}

// Client returns a certificate for a client.
func (a *Authority) Client(name string) tls.Certificate {
	return a.Issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// Issue signs a certificate of that kind: good for an hour, unless it says
// until when.
func (a *Authority) Issue(template *x509.Certificate) tls.Certificate {
	key := newKey()
	leaf := sign(template, a.cert, key, a.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

// PEM returns the texts of a certificate and of its key.
func PEM(of tls.Certificate) (cert, key string) {
	der, err := x509.MarshalPKCS8PrivateKey(of.PrivateKey)
	must(err)
	return certificatePEM(of.Certificate[0]), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}

func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	must(err)
	cert, err := x509.ParseCertificate(der)
	must(err)
	return cert
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
