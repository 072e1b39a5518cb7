package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"
)

// answerLimit is in bytes, unpacked.
const answerLimit = 256 << 20

func readAnswer(resp *http.Response, read func(result *json.Decoder) error) error {
	body, err := unpacked(resp)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return newQueryError(resp, body)
	}
	a := answer{json: json.NewDecoder(body), read: read}
	if err := a.decode(); err != nil {
		return explainAnswer(err)
	}
	return a.problem()
}

// unpacked is the body, up to the limit.
func unpacked(resp *http.Response) (io.ReadCloser, error) {
	body := resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		r, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("unpack the answer: %w", err)
		}
		body = r
	}
	return http.MaxBytesReader(nil, body, answerLimit), nil
}

// explainAnswer says what an error of a decoder means.
func explainAnswer(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &syntax) || errors.As(err, &kind):
		return fmt.Errorf("the answer is not that of a Prometheus: %w", err)
	case errors.As(err, &size):
		return fmt.Errorf("the answer has more than %d bytes; choose fewer series, or a shorter --window", size.Limit)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer is cut off")
	}
	return err
}

// An answer of the query API is read piece by piece: it may be long.
type answer struct {
	json *json.Decoder
	read func(result *json.Decoder) error

	status, kind, text string
	warnings           []string
	hasResult          bool
}

func (a *answer) decode() error {
	return eachField(a.json, func(name string) error {
		switch name {
		case "status":
			return a.json.Decode(&a.status)
		case "errorType":
			return a.json.Decode(&a.kind)
		case "error":
			return a.json.Decode(&a.text)
		case "warnings":
			return a.json.Decode(&a.warnings)
		case "data":
			return eachField(a.json, a.data)
		}
		return skipValue(a.json)
	})
}

func (a *answer) data(name string) error {
	if name != "result" {
		return skipValue(a.json)
	}
	a.hasResult = true
	return a.read(a.json)
}

// problem says why what was read is of no use. A warning is said where a part of
// the data is missing.
func (a *answer) problem() error {
	switch {
	case a.kind != "":
		return fmt.Errorf("%s: %s", oneLine(a.kind), oneLine(a.text))
	case a.status != "success" || !a.hasResult:
		return errors.New("the answer has no result; is it a Prometheus?")
	case len(a.warnings) > 0:
		return fmt.Errorf("the answer may be a part only: %s", oneLine(a.warnings[0]))
	}
	return nil
}

// eachField calls visit for the name of each field of an object, to read its
// value.
func eachField(from *json.Decoder, visit func(name string) error) error {
	return inside(from, '{', func() error {
		token, err := from.Token()
		if err != nil {
			return err
		}
		return visit(fmt.Sprint(token)) // an object has no other names than strings
	})
}

// eachElement calls visit for each element of a list, to read it.
func eachElement(from *json.Decoder, visit func() error) error {
	return inside(from, '[', visit)
}

// inside calls visit until what begins with open ends.
func inside(from *json.Decoder, open json.Delim, visit func() error) error {
	token, err := from.Token()
	if err != nil {
		return err
	}
	if token != open {
		return fmt.Errorf("the answer is not that of a Prometheus: got %.40q, want %q", fmt.Sprint(token), open.String())
	}
	for from.More() {
		if err := visit(); err != nil {
			return err
		}
	}
	_, err = from.Token() // the end of it
	return err
}

func skipValue(from *json.Decoder) error {
	var value json.RawMessage
	return from.Decode(&value)
}
