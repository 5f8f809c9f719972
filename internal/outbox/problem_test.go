package outbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// Why a change was not handled is a code by the kind of the error, however deep
// it stands; the text of the error is the detail, in bounds.
func TestProblemOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want tocsin.ProblemCode
	}{
		{errors.New("odd"), tocsin.ProblemChange},
		{fmt.Errorf("compare: %w", tocsin.Invalidf("body", "No JSON.")), tocsin.ProblemChangeUnread},
		{fmt.Errorf("look: %w", tocsin.NotFoundf("There is no version.")), tocsin.ProblemChangeGone},
		{tocsin.Conflictf("It is there."), tocsin.ProblemChangeClash},
		{errors.New(strings.Repeat("é", 400)), tocsin.ProblemChange},
	} {
		p := problemOf(tt.err)
		if detail := p.Args["detail"]; p.Code != tt.want || len(detail) > 310 || !strings.HasPrefix(tt.err.Error(), strings.TrimSuffix(detail, "…")) {
			t.Errorf("%v: %s", tt.err, p.Encode())
		}
	}
}
