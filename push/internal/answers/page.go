package answers

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// ShowsPage tells an answer that carries a web page, by its type or by how its
// body begins.
func ShowsPage(header http.Header, body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return false
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type")) // a broken one says nothing
	return kind == "text/html" || kind == "application/xhtml+xml" ||
		strings.HasPrefix(http.DetectContentType(body), "text/html")
}
