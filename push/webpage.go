package push

import (
	"errors"
	"fmt"
	"strings"
)

// A pageError is a web page for an answer. A Pushgateway answers a push that it
// has stored with nothing at all (contract C2, C3): what shows a page has not
// stored it, whatever the status says.
type pageError struct {
	Method, URL string // URL without userinfo
	Gateway     string // for people
	Code        int
}

func (e *pageError) Error() string {
	return fmt.Sprintf("%s %s: answered %d with a web page: no Pushgateway there, a login page or a wrong path? correct url of %s",
		strings.ToLower(e.Method), e.URL, e.Code, e.Gateway)
}

// isPage tells the error of what answers with web pages.
func isPage(err error) bool {
	var page *pageError
	return errors.As(err, &page)
}
