package doctor

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/promferry/promferry/push"
)

// checkExposure says whether a Prometheus gets anything from the gateway.
func (in *inspection) checkExposure(err error) {
	const name = "metrics"
	var status *push.StatusError
	path := in.about.Flags["web.telemetry-path"]
	in.Series = in.exposure.Series
	switch {
	case errors.As(err, &status) && status.Code == http.StatusInternalServerError:
		in.Checks.fail(name, oneLine("its /metrics is broken for everybody: "+status.Body), poisonAdvice)
	case errors.As(err, &status) && path != "" && path != "/metrics":
		in.Checks.note(name, "not looked at: it has --web.telemetry-path="+oneLine(path))
	case errors.Is(err, push.ErrStoredLimit):
		in.Checks.warn(name, fmt.Sprintf("more than is read: the first %d series are looked at", in.Series), tooMuchAdvice)
	case err != nil:
		in.Checks.fail(name, oneLine(err.Error()), "A Prometheus that scrapes the gateway does not get it either: look at the gateway's log.")
	case in.exposure.Series == 0:
		in.Checks.fail(name, "its /metrics is empty: a group breaks it for everybody", poisonAdvice)
	default:
		in.Checks.ok(name, count(in.exposure.Series, "series", "series"))
	}
}

const tooMuchAdvice = "Each scrape takes all of it, and each push is checked against all of it: prune groups that nobody needs (promferry prune), or have several gateways."

// poisonAdvice is for what the contract has in C8, C15, C24 and C43.
const poisonAdvice = "Prometheus gets nothing of any group. Find the group that the message names on the gateway's page, or the one that was pushed last by something else than promferry, and delete it (promferry delete); start the gateway without --push.disable-consistency-check if it has that."
