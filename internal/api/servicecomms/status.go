package servicecomms

import (
	"cmp"
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

const day = 24 * time.Hour

// feature and the next three are values of answers.
type feature struct {
	DisplayName string
	Name        string
}

type featureStatus struct {
	FeatureDisplayName              string
	FeatureName                     string
	FeatureServiceStatus            string
	FeatureServiceStatusDisplayName string
}

type featureGroupStatus struct {
	Feature                 string
	FeatureGroupDisplayName string
	FeatureStatus           string
}

// service is an entity of /Services.
func service(s *readmodel.Service) object {
	features, names := []feature{}, []string{}
	for _, f := range s.Features {
		features = append(features, feature{f.DisplayName, cmp.Or(f.Name, f.DisplayName)})
		names = append(names, f.DisplayName)
	}
	return object{{"Id", inBoth, s.ID}, {"DisplayName", inBoth, s.Name}, {"Features", inWire, features}, {"FeatureNames", inDocumented, names}}
}

// workloadStatus is an entity of /CurrentStatus and /HistoricalStatus: the
// status of one service, now or on one day.
type workloadStatus struct {
	service  *readmodel.Service
	status   tocsin.Status
	at       time.Time
	features []tocsin.FeatureStatus
	issues   []string
}

func (s *workloadStatus) object() object {
	wire, documented := []featureStatus{}, []featureGroupStatus{}
	for _, f := range s.features {
		name := cmp.Or(f.Name, f.DisplayName)
		wire = append(wire, featureStatus{f.DisplayName, name, f.Status.Legacy(), f.Status.Words()})
		documented = append(documented, featureGroupStatus{name, f.DisplayName, f.Status.Legacy()})
	}
	return object{
		{"FeatureStatus", inWire, wire},
		{"Id", inBoth, s.service.ID},
		{"IncidentIds", inBoth, listNotNull(s.issues)},
		{"Status", inBoth, s.status.Legacy()},
		{"StatusDisplayName", inWire, s.status.Words()},
		{"StatusTime", inWire, timeOrNull(s.at)},
		{"StatusDate", inDocumented, timeOrNull(s.at)},
		{"Workload", inBoth, s.service.ID},
		{"WorkloadDisplayName", inBoth, s.service.Name},
		{"FeatureGroupStatusCollection", inDocumented, documented},
	}
}

// Value gives filters the fields that they can use.
func (s *workloadStatus) Value(prop int) odata.Value {
	switch prop % 100 {
	case propID, propWorkload:
		return odata.Text(s.service.ID)
	case propWorkloadName:
		return odata.Text(s.service.Name)
	case propStatus:
		return odata.Text(s.status.Legacy())
	case propStatusWords:
		return odata.Text(s.status.Words())
	case propStatusTime:
		return odata.Instant(s.at)
	}
	return odata.Value{}
}

// Len and Item serve collections, which filters cannot use here.
func (s *workloadStatus) Len(int) int               { return 0 }
func (s *workloadStatus) Item(int, int) odata.Value { return odata.Value{} }

// currentStatus is the status of a service now. Its time is that of the last
// change within 24 hours, else exactly 24 hours ago, as the reference says;
// but never later than the status was last confirmed: what nobody has looked
// at since is not said to hold.
func currentStatus(snapshot *readmodel.Snapshot, s *readmodel.Service, now time.Time) *workloadStatus {
	open := overlapping(snapshot, s, now.Add(-day), now)
	status := &workloadStatus{service: s, status: s.Overview.Status, at: now.Add(-day).Truncate(time.Microsecond)}
	if len(s.Transitions) == 0 {
		status.status = worstOf(open, tocsin.StatusInformationUnavailable, now)
	}
	if s.Since.After(status.at) {
		status.at = s.Since
	} else if !s.ConfirmedAt.IsZero() && s.ConfirmedAt.Before(status.at) {
		status.at = s.ConfirmedAt
	}
	status.issues = issueIDs(s.Overview.IssueIDs, open)
	status.features = featuresOf(s, s.Overview, open, now)
	return status
}

// overlapping are the issues of a service whose time overlaps a span.
func overlapping(snapshot *readmodel.Snapshot, s *readmodel.Service, from, to time.Time) []*readmodel.Row {
	var list []*readmodel.Row
	start, end := readmodel.InstantOf(from), readmodel.InstantOf(to)
	for _, row := range snapshot.Issues {
		if row.StartAt < end && (row.EndAt == 0 || row.EndAt >= start) && row.ServiceID == s.ID {
			list = append(list, row)
		}
	}
	return list
}

// worstOf is the worst status of the issues that are open at an instant, or
// otherwise when none is.
func worstOf(rows []*readmodel.Row, otherwise tocsin.Status, at time.Time) tocsin.Status {
	worst, found := otherwise, false
	for _, row := range rows {
		if row.EndAt != 0 && row.EndAt <= readmodel.InstantOf(at) {
			continue
		}
		if !found || row.Status.Badness() > worst.Badness() {
			worst, found = row.Status, true
		}
	}
	return worst
}

// issueIDs are those that the source named and those of rows, each once.
func issueIDs(named []string, rows []*readmodel.Row) []string {
	list := slices.Clone(named)
	for _, row := range rows {
		if !slices.Contains(list, row.ID) {
			list = append(list, row.ID)
		}
	}
	return list
}

// featuresOf is the status of each feature: what the source said, or what the
// issues that name the feature say at an instant.
func featuresOf(s *readmodel.Service, o tocsin.Overview, rows []*readmodel.Row, at time.Time) []tocsin.FeatureStatus {
	if len(o.Features) > 0 {
		return o.Features
	}
	list := make([]tocsin.FeatureStatus, 0, len(s.Features))
	for _, f := range s.Features {
		var naming []*readmodel.Row
		for _, row := range rows {
			if row.FeatureSet == f.DisplayName || row.Feature != "" && (row.Feature == f.Name || row.Feature == f.DisplayName) {
				naming = append(naming, row)
			}
		}
		otherwise := tocsin.StatusOperational
		if o.Status == "" {
			otherwise = tocsin.StatusInformationUnavailable
		}
		list = append(list, tocsin.FeatureStatus{Name: f.Name, DisplayName: f.DisplayName, Status: worstOf(naming, otherwise, at)})
	}
	return list
}

// statesReader reads how issues developed, for days that no overview covers.
type statesReader func(ctx context.Context) (map[string][]state, error)

// state is the status of an issue from an instant on.
type state struct {
	at     time.Time
	status tocsin.Status
}

// span is the days that a request asks for, both ends at midnight UTC. A zero
// start asks for everything that is known.
type span struct{ from, to time.Time }

// history is the status of a service on each day of a span, newest first. A
// day shows the worst status that held during it: from the overviews in force,
// and before the first overview from the issues that overlap the day. After
// the last time that the status was confirmed nothing is said.
func history(ctx context.Context, snapshot *readmodel.Snapshot, s *readmodel.Service, days span, read statesReader) ([]*workloadStatus, error) {
	first, last := known(snapshot, s, days.from)
	if first.IsZero() {
		return nil, nil
	}
	from, to := days.from, days.to
	if from.IsZero() || from.Before(first.Truncate(day)) {
		from = first.Truncate(day)
	}
	if to.After(last.Truncate(day)) {
		to = last.Truncate(day)
	}
	relevant := overlapping(snapshot, s, from, to.Add(day))
	var list []*workloadStatus
	for date := to; !date.Before(from); date = date.Add(-day) {
		one, err := onDay(ctx, s, date, relevant, read)
		if err != nil {
			return nil, err
		}
		if one != nil {
			list = append(list, one)
		}
	}
	return list, nil
}

// known is the time that the archive can speak about, as far as it matters to
// somebody who asks from an instant on.
func known(snapshot *readmodel.Snapshot, s *readmodel.Service, from time.Time) (first, last time.Time) {
	if len(s.Transitions) > 0 {
		first, last = s.Transitions[0].At, s.ConfirmedAt
		if !from.IsZero() && !from.Before(first) {
			return first, last
		}
	}
	for _, row := range snapshot.Issues {
		if row.ServiceID != s.ID || row.StartAt == 0 {
			continue
		}
		start, end := row.StartAt.Time(), cmp.Or(row.EndAt, row.ModifiedAt).Time()
		if first.IsZero() || start.Before(first) {
			first = start
		}
		if end.After(last) {
			last = end
		}
	}
	return first, last
}

// onDay is the status on one day, nil when nothing is known about it.
func onDay(ctx context.Context, s *readmodel.Service, date time.Time, relevant []*readmodel.Row, read statesReader) (*workloadStatus, error) {
	next := date.Add(day)
	var rows []*readmodel.Row
	for _, row := range relevant {
		if row.StartAt < readmodel.InstantOf(next) && (row.EndAt == 0 || row.EndAt >= readmodel.InstantOf(date)) {
			rows = append(rows, row)
		}
	}
	status := &workloadStatus{service: s, at: date}
	if overview, ok := s.Worst(date, next); ok {
		status.status = overview.Status
		status.features = featuresOf(s, overview, rows, date)
		status.issues = issueIDs(overview.IssueIDs, rows)
		return status, nil
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // a day without a row is an answer
	}
	states, err := read(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if one := statusOn(states[row.ID], row, next); status.status == "" || one.Badness() > status.status.Badness() {
			status.status = one
		}
	}
	status.features = featuresOf(s, tocsin.Overview{Status: status.status}, rows, date)
	status.issues = issueIDs(nil, rows)
	return status, nil
}

// statusOn is the status of an issue at the end of a day, as it was last
// written until then. An issue whose only known versions were written after it
// was over counts as a degradation while it lasted: its last word says nothing
// about the days before.
func statusOn(states []state, row *readmodel.Row, end time.Time) tocsin.Status {
	status := tocsin.Status("")
	for _, st := range states {
		if st.at.Before(end) {
			status = st.status
		}
	}
	if status == "" {
		status = tocsin.StatusDegradation
		if len(states) > 0 && !states[0].status.Healthy() {
			status = states[0].status
		}
	}
	return status
}
