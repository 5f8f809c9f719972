package respond

import (
	"time"

	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/tocsin"
)

// counted is for how long counts of reports are remembered.
const counted = 5 * time.Second

// judged is a call with what the evidence says.
type judged = qualify.Judged

// desk reads what is known of the tenant that is looked at.
func (v *view) desk() (qualify.Desk, error) {
	heard, err := v.heard()
	if err != nil {
		return qualify.Desk{}, err
	}
	return qualify.Read(v.R.Context(), v.pages.config.Model, v.Snapshot, heard, v.Now)
}

// heard is what was reported in the last hour, and what pages inside said.
func (v *view) heard() (qualify.Heard, error) {
	key := v.countKey()
	if heard, ok := v.pages.counts.Get(key); ok {
		return heard, nil
	}
	heard, err := qualify.Hear(v.R.Context(), v.pages.config.Reports, v.tenant(), v.Now)
	if err == nil {
		v.pages.counts.Put(key, heard, 0)
	}
	return heard, err
}

// countKey names the counts of now.
func (v *view) countKey() countKey { return countKey{v.tenant(), v.Now.UnixNano() / int64(counted)} }

// judge weighs the answers of a call by what is known now.
func (v *view) judge(a tocsin.TriageAnswers) (judged, error) {
	d, err := v.desk()
	if err != nil {
		return judged{}, err
	}
	return d.Judge(a)
}
