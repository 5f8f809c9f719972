package tocsin

// A Check is one thing that must hold for a source to work, and whether it
// does.
type Check struct {
	Step    string // reach, secret, health, messages or lists
	State   CheckState
	Problem *Problem // why it does not hold
}

// A CheckState is how a check went.
type CheckState string

// The states. A check is skipped when one before it failed.
const (
	CheckOK      CheckState = "ok"
	CheckFailed  CheckState = "failed"
	CheckSkipped CheckState = "skipped"
)
