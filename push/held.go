package push

// IsHeld tells the error of a body that was not tried, as its gateway is down:
// the status of the gateway says all that there is to say.
func IsHeld(err error) bool { return isNotSent(err) }
