package tocsin_test

import (
	"encoding/json"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// A time is read in each form that tools write it in; what is no time is none,
// and said to be none.
func TestWireTime(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]struct{ at, unread string }{
		`"2026-10-05T15:02:11.417Z"`:          {at: "2026-10-05T15:02:11.417Z"},
		`"2026-10-05T17:02:11.417+02:00"`:     {at: "2026-10-05T15:02:11.417Z"},
		`"\/Date(1791212531417)\/"`:           {at: "2026-10-05T15:02:11.417Z"},
		`"/Date(1791212531417)/"`:             {at: "2026-10-05T15:02:11.417Z"},
		`"\/Date(1791212531417+0200)\/"`:      {at: "2026-10-05T15:02:11.417Z"},
		`"\/Date(1791212531417-0930)\/"`:      {at: "2026-10-05T15:02:11.417Z"},
		`"\/Date(-86400000)\/"`:               {at: "1969-12-31T00:00:00Z"},
		`"\/Date(-86400000-0500)\/"`:          {at: "1969-12-31T00:00:00Z"},
		`"\/Date(0)\/"`:                       {at: "1970-01-01T00:00:00Z"},
		`{"value":"\/Date(1791188100000)\/"}`: {at: "2026-10-05T08:15:00Z"},
		`{"value":  "\/Date(1791188100000)\/", "DateTime":  "Monday, October 5, 2026 8:15:00 AM"}`: {at: "2026-10-05T08:15:00Z"},
		`null`:                          {},
		`""`:                            {},
		`{"value":null}`:                {},
		`"11/28/2026 7:35:06 PM"`:       {unread: "11/28/2026 7:35:06 PM"},
		`"10/05/2026 15:02:11"`:         {unread: "10/05/2026 15:02:11"},
		`"\/Date(1791212531417\/"`:      {unread: "/Date(1791212531417/"},
		`"\/Date()\/"`:                  {unread: "/Date()/"},
		`"\/Date(+1)\/"`:                {unread: "/Date(+1)/"},
		`"\/Date(1791212531417+9)\/"`:   {unread: "/Date(1791212531417+9)/"},
		`"\/Date(-62135596800000)\/"`:   {unread: "/Date(-62135596800000)/"},
		`"\/Date(99999999999999999)\/"`: {unread: "/Date(99999999999999999)/"},
		`1791212531`:                    {unread: "1791212531"},
		`{"DateTime":"Monday"}`:         {unread: `{"DateTime":"Monday"}`},
		`["2026-10-05T15:02:11Z"]`:      {unread: `["2026-10-05T15:02:11Z"]`},
	} {
		var got tocsin.WireTime
		if err := json.Unmarshal([]byte(sent), &got); err != nil {
			t.Errorf("%s: %v", sent, err)
		}
		at := ""
		if !got.IsZero() {
			at = tocsin.FormatTime(got.Time)
		}
		if at != want.at || got.Unread() != want.unread {
			t.Errorf("%s is read as %q, unread %q, want %q, %q", sent, at, got.Unread(), want.at, want.unread)
		}
	}
}

// Every time of every kind that cannot be read is noted by its name.
func TestDoubts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind tocsin.Kind
		body string
		want []string
	}{
		{tocsin.KindIssue, `{"id":"EX1","startDateTime":"2026-10-05T08:15:00Z","endDateTime":null,"lastModifiedDateTime":"\/Date(1791212531417)\/","posts":[]}`, nil},
		{tocsin.KindIssue, `{"id":"EX1","startDateTime":"10/5/2026 8:15:00 AM","endDateTime":"5.10.2026","lastModifiedDateTime":null,"posts":[{"createdDateTime":"yesterday"},{}]}`, []string{
			`startDateTime "10/5/2026 8:15:00 AM" is no time that can be read`, `endDateTime "5.10.2026" is no time that can be read`,
			`lastModifiedDateTime is missing`, `createdDateTime of a post "yesterday" is no time that can be read`, `createdDateTime of a post is missing`,
		}},
		{tocsin.KindMessage, `{"id":"MC1","startDateTime":"x","lastModifiedDateTime":7,"actionRequiredByDateTime":"soon"}`, []string{
			`startDateTime "x" is no time that can be read`, `lastModifiedDateTime "7" is no time that can be read`, `actionRequiredByDateTime "soon" is no time that can be read`,
		}},
		{tocsin.KindOverview, `{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}`, nil},
	} {
		doc, err := tocsin.ReadDocument(tt.kind, []byte(tt.body))
		if err != nil || len(doc.Doubts) != len(tt.want) {
			t.Errorf("%s: doubts %q, %v, want %q", tt.body, doc.Doubts, err, tt.want)
			continue
		}
		for i, want := range tt.want {
			if doc.Doubts[i] != want {
				t.Errorf("%s: doubt %q, want %q", tt.body, doc.Doubts[i], want)
			}
		}
	}
}
