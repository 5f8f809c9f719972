package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// In a long list an index answers what a pass over all rows would.
func TestIndexChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	issues := many(2500)
	for i := range issues {
		issue := issues[i].(tocsin.Issue)
		issue.ModifiedAt = day(1).Add(time.Duration(i*7919%1200) * time.Hour)
		issues[i] = issue
	}
	d.record(storetest.Contoso, issues...)
	const all = "$select=id&$top=1000&$skip="
	at := func(hours int) string {
		return day(1).Add(time.Duration(hours) * time.Hour).Format(time.RFC3339Nano)
	}
	tests := []struct{ indexed, plain string }{
		{"$filter=lastModifiedDateTime gt " + at(1100), "$filter=not (lastModifiedDateTime le " + at(1100) + ")"},
		{"$filter=lastModifiedDateTime ge " + at(1100), "$filter=not (lastModifiedDateTime lt " + at(1100) + ")"},
		{"$filter=lastModifiedDateTime ge " + at(1000) + " and isResolved eq false", "$filter=not (lastModifiedDateTime lt " + at(1000) + ") and isResolved eq false"},
		{"$filter=lastModifiedDateTime eq " + at(700), "$filter=not (lastModifiedDateTime ne " + at(700) + ")"},
		{"$filter=lastModifiedDateTime gt " + at(5000), "$filter=not (lastModifiedDateTime le " + at(5000) + ")"},
		{"$orderby=lastModifiedDateTime desc", "$orderby=lastModifiedDateTime desc&$count=true"},
		{"$orderby=lastModifiedDateTime desc,title desc&$filter=isResolved eq true", "$orderby=lastModifiedDateTime desc,title desc&$count=true&$filter=isResolved eq true"},
		{"$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime gt " + at(900), "$orderby=lastModifiedDateTime desc&$count=true&$filter=not (lastModifiedDateTime le " + at(900) + ")"},
	}
	for _, tt := range tests {
		for _, skip := range []int{0, 37} {
			for _, size := range []int{1000, 90} {
				prefer := fmt.Sprintf("odata.maxpagesize=%d", size)
				indexed, _ := d.follow(t, fmt.Sprint("issues?", all, skip, "&", tt.indexed), "Prefer", prefer)
				plain, _ := d.follow(t, fmt.Sprint("issues?", all, skip, "&", tt.plain), "Prefer", prefer)
				if !slices.Equal(indexed, plain) {
					t.Errorf("%s by %d from %d: %d rows, want the %d of %s", tt.indexed, size, skip, len(indexed), len(plain), tt.plain)
				}
			}
		}
	}
}
