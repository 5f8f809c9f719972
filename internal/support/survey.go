package support

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// SurveyTerm is how long whoever asked may say what the answer was worth.
const SurveyTerm = 30 * 24 * time.Hour

// A survey's link names the request, and is sealed with a key: it is kept nowhere. It
// holds for one end of the request: once that goes on and ends again, for another.
const (
	tenantBytes = 16
	nameBytes   = tenantBytes + 8
	sealBytes   = 20
)

var linkForm = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // never changed

// SurveyToken is what the link of the survey about a request has; "" where the request
// goes on.
func SurveyToken(key []byte, r tocsin.Request) string {
	tenant, err := hex.DecodeString(strings.ReplaceAll(r.TenantID, "-", ""))
	if r.EndedAt.IsZero() || len(tenant) != tenantBytes || err != nil {
		return ""
	}
	name := binary.BigEndian.AppendUint64(tenant, uint64(r.N)) //nolint:gosec // above 0
	mac := hmac.New(sha256.New, key)
	mac.Write(name)
	mac.Write([]byte(strconv.FormatInt(tocsin.Micros(r.EndedAt), 10)))
	return linkForm.EncodeToString(append(name, mac.Sum(nil)[:sealBytes]...))
}

// SurveyOf is the request that a token names. Whether the token was made by the desk,
// only [SurveyHolds] says.
func SurveyOf(token string) (tenantID string, n int64, ok bool) {
	if len(token) != linkForm.EncodedLen(nameBytes+sealBytes) {
		return "", 0, false
	}
	b, err := linkForm.DecodeString(token)
	if err != nil {
		return "", 0, false
	}
	id := hex.EncodeToString(b[:tenantBytes])
	n = int64(binary.BigEndian.Uint64(b[tenantBytes:nameBytes])) //nolint:gosec // looked at
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-"), n, n > 0
}

// SurveyHolds reports whether a token is of the survey about a request as it ended, and
// in its term.
func SurveyHolds(key []byte, token string, r tocsin.Request, now time.Time) bool {
	own := SurveyToken(key, r)
	return own != "" && hmac.Equal([]byte(own), []byte(token)) && now.Before(r.EndedAt.Add(SurveyTerm))
}

// A Tally is what those who asked say of the answers, all together or about one thing.
type Tally struct {
	Name                string // of a kind or a service, "" of all
	N, Yes, Partly, No  int
	Ratings             [5]int // how often 1, 2 … 5
	Rated, ratingsTotal int
}

// Mean is the mean rating, times ten; 0 where nobody rated.
func (t Tally) Mean() int {
	if t.Rated == 0 {
		return 0
	}
	return (10*t.ratingsTotal + t.Rated/2) / t.Rated
}

func (t *Tally) add(s tocsin.RequestSurvey) {
	t.N++
	switch s.Solved {
	case "yes":
		t.Yes++
	case "partly":
		t.Partly++
	case "no":
		t.No++
	}
	if s.Rating >= 1 && s.Rating <= len(t.Ratings) {
		t.Rated++
		t.ratingsTotal += s.Rating
		t.Ratings[s.Rating-1]++
	}
}

// Tallies sums up the surveys of requests that were answered: all of them, by kind, and
// by service in the order of the requests.
func Tallies(list []tocsin.Request) (all Tally, kinds, services []Tally) {
	under := func(tallies *[]Tally, name string, s tocsin.RequestSurvey) {
		for i := range *tallies {
			if (*tallies)[i].Name == name {
				(*tallies)[i].add(s)
				return
			}
		}
		one := Tally{Name: name}
		one.add(s)
		*tallies = append(*tallies, one)
	}
	for _, r := range list {
		if r.Survey.At.IsZero() {
			continue
		}
		all.add(r.Survey)
		under(&kinds, r.Content.Kind, r.Survey)
		for _, service := range r.Content.Services {
			under(&services, service, r.Survey)
		}
	}
	return all, kinds, services
}
