package remote

import (
	"strings"
	"time"

	"github.com/promferry/promferry/convert"
)

// maxVictims is how many targets a log may name in a newsInterval whose samples
// were refused.
const maxVictims = 20

// maxTargetText bounds what a log has of a target's labels, in bytes.
const maxTargetText = 512

// A toll is what a request that was refused has cost.
type toll struct {
	lost   bool
	target string // whose samples they were, as its lane has it; "": several's
}

// tollOf is that of a request whose records were dropped.
func tollOf(r *request) toll {
	t := toll{lost: true}
	if len(r.lanes) == 1 {
		t.target = r.lanes[0].target
	}
	return t
}

// victims are the targets that were named, and when.
type victims map[string]time.Time

// name is true where it is time to name a target: once in a newsInterval, and
// while few others were.
func (v *victims) name(target string, now time.Time) bool {
	if *v == nil {
		*v = make(victims)
	}
	for other, at := range *v {
		if now.Sub(at) >= newsInterval {
			delete(*v, other)
		}
	}
	if _, named := (*v)[target]; named || len(*v) >= maxVictims {
		return false
	}
	(*v)[target] = now
	return true
}

// readable is a lane's target as people write it. It is convert.Labels.Key.
func readable(target string) string {
	parts := strings.Split(target, "\xff")
	if len(parts) < 2 {
		return target
	}
	var labels convert.Labels
	for i := 0; i+1 < len(parts); i += 2 {
		labels = append(labels, convert.Label{Name: parts[i], Value: parts[i+1]})
	}
	text := labels.String()
	if len(text) > maxTargetText {
		text = strings.ToValidUTF8(text[:maxTargetText], "") + "…"
	}
	return text
}
