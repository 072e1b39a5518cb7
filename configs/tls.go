package configs

import (
	"crypto/tls"
	"crypto/x509"

	promconfig "github.com/prometheus/common/config"
)

// tlsConfig reads the tls_config block, if there is one.
func (s *section) tlsConfig() promconfig.TLSConfig {
	blocks := s.sections(&tlsConfigSchema)
	if len(blocks) == 0 {
		return promconfig.TLSConfig{}
	}
	return blocks[0].tlsSettings()
}

func (s *section) tlsSettings() promconfig.TLSConfig {
	for _, name := range []string{"ca", "cert", "key"} {
		s.exclusive(name, name+"_file")
	}
	serverName, _ := s.text("server_name")
	c := promconfig.TLSConfig{
		CA:                 s.certificates("ca"),
		CAFile:             s.fileName("ca_file"),
		Cert:               s.certificates("cert"),
		CertFile:           s.fileName("cert_file"),
		Key:                s.secret("key"),
		KeyFile:            s.secretFile("key_file"),
		ServerName:         serverName.value,
		InsecureSkipVerify: s.boolean("insecure_skip_verify", false),
		MinVersion:         s.tlsVersion("min_version", defaultMinVersion),
		MaxVersion:         s.tlsVersion("max_version", ""),
	}
	s.checkPair(c)
	if c.InsecureSkipVerify {
		s.warnf(s.at("insecure_skip_verify"), "Server certificate is not checked", "Whoever is between can read and change all that is sent, credentials too. Write ca_file with the CA of the server, and server_name where its certificate has another name.")
	}
	if c.MaxVersion != 0 && c.MaxVersion < c.MinVersion {
		s.errorf(s.at("max_version"), "No TLS version left", "max_version is %s, and min_version %s.", c.MaxVersion.String(), c.MinVersion.String())
	}
	return c
}

// certificates reads PEM text.
func (s *section) certificates(name string) string {
	t, ok := s.text(name)
	if ok && !x509.NewCertPool().AppendCertsFromPEM([]byte(t.value)) {
		s.mask(t.at) // it may be the key
		s.refuse(name, t.at, "No certificate in text", "%s needs PEM text: -----BEGIN CERTIFICATE----- and so on. For the path of a file, write %s_file.", name, name)
	}
	return t.value
}

// checkPair refuses a certificate without its key, and the other way round.
func (s *section) checkPair(c promconfig.TLSConfig) {
	hasCert, hasKey := s.has("cert") || s.has("cert_file"), s.has("key") || s.has("key_file")
	switch {
	case hasCert && !hasKey:
		s.errorf(s.block.DefRange(), "Certificate without a key", "Write key_file, or key = env(…), beside the certificate.")
	case hasKey && !hasCert:
		s.errorf(s.block.DefRange(), "Key without a certificate", "Write cert_file, or cert, beside the key.")
	case c.Cert != "" && c.Key != "" && !s.bad["cert"] && !s.bad["key"]:
		if _, err := tls.X509KeyPair([]byte(c.Cert), []byte(c.Key)); err != nil {
			s.errorf(s.at("key"), "Key and certificate differ", "The key is not that of the certificate, or is no PEM text.")
		}
	}
}

// tlsVersion reads a version in Prometheus's spelling; 0 for "".
func (s *section) tlsVersion(name, fallback string) promconfig.TLSVersion {
	version := s.choice(name, fallback, "TLS10", "TLS11", "TLS12", "TLS13")
	if version == "TLS10" || version == "TLS11" {
		s.warnf(s.at(name), "Old version of TLS", "%s is broken: what is sent can be read and changed. Write \"TLS12\" or leave %s out.", version, name)
	}
	return promconfig.TLSVersions[version]
}
