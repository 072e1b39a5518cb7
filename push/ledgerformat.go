package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/promferry/promferry/convert"
)

// A ledger's file is JSON, one group a line, sorted:
//
//	{"promferry_state":1,"checksum":"8f2c5a0d9e41b763","groups":[
//	{"url":"http://gw:9091","group":{"instance":"a:9100","job":"node"}},
//	{"url":"http://gw:9091","group":{"job":"x"},"owner":{"instance":"a:9100","job":"node"}}
//	]}
//
// The checksum is XXH64 of the version and of all that follows the checksum's
// quote. Every version begins like that, so that one which comes later is told
// from a file that is damaged. A group without an owner is its target's own.
const ledgerVersion = 1

const (
	ledgerFields = `,"groups":[`
	ledgerEnd    = "\n]}\n"
)

var ledgerHead = regexp.MustCompile(`^\{"promferry_state":([0-9]{1,9}),"checksum":"([0-9a-f]{16})"`)

// encodeLedger returns the file of lines that are sorted.
func encodeLedger(lines []string) []byte {
	body := ledgerFields + "\n" + strings.Join(lines, ",\n") + ledgerEnd
	version := strconv.Itoa(ledgerVersion)
	return fmt.Appendf(nil, `{"promferry_state":%s,"checksum":"%s"%s`, version, ledgerSum(version, body), body)
}

func ledgerSum(version, body string) string {
	return fmt.Sprintf("%016x", xxhash.Sum64String(version+"\n"+body))
}

// What is wrong with a file.
var (
	errNoLedger  = errors.New("it does not begin as a state file of promferry")
	errLedgerSum = errors.New("its checksum is wrong: it was cut off or changed")
)

// A ledgerVersionError is a whole file of another version.
type ledgerVersionError struct {
	path    string
	version string
}

func (e *ledgerVersionError) Error() string {
	return fmt.Sprintf("state file %s: it has version %s, this promferry knows %d. "+
		"Run the promferry that wrote it, or move the file away: then the groups in it stay at the gateways until you delete them", e.path, e.version, ledgerVersion)
}

// decodeLedger returns the records of a file, none of which is to be written.
func decodeLedger(path string, text []byte) (map[string]record, error) {
	head := ledgerHead.FindSubmatch(text)
	if head == nil {
		return nil, errNoLedger
	}
	version, body := string(head[1]), string(text[len(head[0]):])
	if ledgerSum(version, body) != string(head[2]) {
		return nil, errLedgerSum
	}
	if version != strconv.Itoa(ledgerVersion) {
		return nil, &ledgerVersionError{path, version}
	}
	body = strings.TrimSuffix(strings.TrimPrefix(body, ledgerFields), ledgerEnd)
	records := make(map[string]record)
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if line == "" {
			continue
		}
		e, err := decodeEntry(line)
		if err != nil {
			return nil, err
		}
		records[e.key()] = record{line: line, owner: e.Owner.Key()}
	}
	return records, nil
}

// A ledgerLine is an entry in the file.
type ledgerLine struct {
	URL   string            `json:"url"`
	Group map[string]string `json:"group"`
	Owner map[string]string `json:"owner,omitempty"`
}

func encodeEntry(e Entry) string {
	line := ledgerLine{URL: e.URL, Group: labelMap(e.Group)}
	if e.Owner.Key() != e.Group.Key() {
		line.Owner = labelMap(e.Owner)
	}
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false) // for people
	_ = to.Encode(line)     // strings always can be
	return strings.TrimSpace(b.String())
}

func decodeEntry(text string) (Entry, error) {
	var line ledgerLine
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		return Entry{}, fmt.Errorf("a line is not a group: %.200q: %w", text, err)
	}
	e := Entry{URL: line.URL, Group: convert.LabelsOf(line.Group), Owner: convert.LabelsOf(line.Owner)}
	if len(e.Owner) == 0 {
		e.Owner = e.Group
	}
	return e, nil
}

func labelMap(labels convert.Labels) map[string]string {
	m := make(map[string]string, len(labels))
	for _, l := range labels {
		m[l.Name] = l.Value
	}
	return m
}
