package scrape

import (
	"fmt"
	"mime"
)

// mediaType applies the rules of Prometheus 3 (extractMediaType in
// model/textparse/interface.go) to the Content-Type of a body that is not
// empty. A fallback of "" is none. As there, the parameters of protobuf are
// not looked at: another message, or one not delimited, is for the parser to
// refuse.
func mediaType(contentType, fallback string) (string, error) {
	parsed, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil: // a missing header too
	case parsed == MediaTypeText || parsed == MediaTypeProtobuf:
		return parsed, nil
	case parsed == MediaTypeOpenMetrics && params["version"] != "2.0.0": // experimental there
		return MediaTypeOpenMetrics, nil
	}
	if fallback != "" {
		return fallback, nil
	}
	return "", &refusal{ReasonContentType, contentTypeError(contentType)}
}

// contentTypeError names the remedy for what is usually a web application
// with metrics of its own.
func contentTypeError(contentType string) error {
	const remedy = `set fallback_scrape_protocol = "PrometheusText0.0.4" if the body is one`
	if contentType == "" {
		return fmt.Errorf("no Content-Type says that the body is a metrics format; %s", remedy)
	}
	return fmt.Errorf("Content-Type %.100q is not a metrics format; %s", contentType, remedy)
}
