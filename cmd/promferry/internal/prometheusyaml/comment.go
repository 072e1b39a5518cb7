package prometheusyaml

import (
	"regexp"
	"strings"
)

// masked returns a comment without what may be a secret: old credentials are
// often commented out, not deleted.
func (r *reader) masked(comment string) string {
	for _, secret := range r.secrets.values {
		comment = strings.ReplaceAll(comment, secret, hidden)
	}
	if targetOfSecret.MatchString(comment) {
		comment = replacement.ReplaceAllString(comment, "${1}"+hidden)
	}
	comment = bearer.ReplaceAllString(comment, "${1}"+hidden)
	comment = assigned.ReplaceAllString(comment, "${1}"+hidden)
	comment = anyUserinfo.ReplaceAllString(comment, "://"+hidden+"@")
	return loneUserinfo.ReplaceAllString(comment, "${1}"+hidden+"@")
}

const hidden = "<secret>"

var (
	assigned       = regexp.MustCompile(`(?i)((?:` + secretWords + `)s?["']?[ \t]*[:=][\s#-]*)[^\s#-][^\n]*`)
	bearer         = regexp.MustCompile(`(?i)\b(bearer |basic )[\w.~+/=-]{12,}`)
	anyUserinfo    = regexp.MustCompile(`://\S*@`)
	loneUserinfo   = regexp.MustCompile(`(^|[\s"'\[,(])[^\s/@:"']+:[^\s/@]+@`)
	targetOfSecret = regexp.MustCompile(`(?i)target_label["']?[ \t]*[:=][^\n,}]*(?:` + secretWords + `|key)`)
	replacement    = regexp.MustCompile(`(?i)(replacement["']?[ \t]*[:=][ \t]*)[^\n]*`)
)
