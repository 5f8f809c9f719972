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
	counts, err := v.counts()
	if err != nil {
		return qualify.Desk{}, err
	}
	return qualify.Read(v.R.Context(), v.pages.config.Model, v.Snapshot, counts, v.Now)
}

// counts are the reports of the last hour.
func (v *view) counts() ([]tocsin.ReportCount, error) {
	key := v.countKey()
	if list, ok := v.pages.counts.Get(key); ok {
		return list, nil
	}
	list, err := v.pages.config.Reports.CountReports(v.R.Context(), v.tenant(), v.Now.Add(-qualify.Reported))
	if err == nil {
		v.pages.counts.Put(key, list, 0)
	}
	return list, err
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
