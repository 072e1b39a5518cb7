package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

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
