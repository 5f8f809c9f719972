package servicecomms

import (
	"cmp"
	"math"
	"slices"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

const day = 24 * time.Hour

// service is an entity of /Services.
func service(s *readmodel.Service) object {
	features, names := []object{}, []string{}
	for _, f := range s.Features {
		features = append(features, object{{"DisplayName", inBoth, f.DisplayName}, {"Name", inBoth, cmp.Or(f.Name, f.DisplayName)}})
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
	wire, documented := []object{}, []object{}
	for _, f := range s.features {
		name, status := cmp.Or(f.Name, f.DisplayName), f.Status.Legacy()
		wire = append(wire, object{
			{"FeatureDisplayName", inBoth, f.DisplayName},
			{"FeatureName", inBoth, name},
			{"FeatureServiceStatus", inBoth, status},
			{"FeatureServiceStatusDisplayName", inBoth, f.Status.Words()},
		})
		documented = append(documented, object{{"Feature", inBoth, name}, {"FeatureGroupDisplayName", inBoth, f.DisplayName}, {"FeatureStatus", inBoth, status}})
	}
	return object{
		{"FeatureStatus", inWire, wire},
		{"Id", inBoth, s.service.ID},
		{"IncidentIds", inBoth, s.issues},
		{"Status", inBoth, s.status.Legacy()},
		{"StatusDisplayName", inWire, s.status.Words()},
		{"StatusTime", inWire, s.at},
		{"StatusDate", inDocumented, s.at},
		{"Workload", inBoth, s.service.ID},
		{"WorkloadDisplayName", inBoth, s.service.Name},
		{"FeatureGroupStatusCollection", inDocumented, documented},
	}
}

// Value gives filters the fields that they can use.
func (s *workloadStatus) Value(prop int) odata.Value {
	switch prop {
	case propID, propWorkload:
		return odata.Text(s.service.ID)
	case propWorkloadName:
		return odata.Text(s.service.Name)
	case propStatus:
		return odata.Text(s.status.Legacy())
	case propStatusWords:
		return odata.Text(s.status.Words())
	case propStatusTime, propStatusDate:
		return odata.Instant(s.at)
	}
	return odata.Value{}
}

// Len and Item give filters the ids of the issues.
func (s *workloadStatus) Len(int) int                   { return len(s.issues) }
func (s *workloadStatus) Item(_ int, i int) odata.Value { return odata.Text(s.issues[i]) }

// A contribution is what an issue says about its service.
type contribution struct {
	row    *readmodel.Row
	status tocsin.Status
}

// statusNow is the status of a service now, with the issues that are open and
// those that ended within 24 hours.
func (x *exchange) statusNow(index index, s *readmodel.Service) *workloadStatus {
	yesterday := x.now.Add(-day).Truncate(time.Second) // so that answers of one second are the same
	now := readmodel.InstantOf(x.now)
	x.course.until(readmodel.InstantOf(yesterday.Add(day+time.Second)), now)
	rows := slices.DeleteFunc(index.overlapping(s.ID, readmodel.InstantOf(yesterday), math.MaxInt64), func(row *readmodel.Row) bool {
		x.course.until(row.Starts(), now)
		x.course.until(row.Ends(), now)
		// One that goes on already counts, also if its declared start is still to come.
		return row.Starts() > now && !row.Course().Ongoing(x.now)
	})
	open := []contribution{}
	var spoken time.Time // the newest word of an open issue
	var traits *readmodel.Traits
	settled := false // by its status, which most neighbours share
	for _, row := range rows {
		if row.Traits != traits {
			traits, settled = row.Traits, row.Status.Settled()
		}
		if row.Ends() > now || !settled && row.Course().Open(x.now) {
			open = append(open, contribution{row, row.Status})
			spoken = later(spoken, row.ModifiedAt.Time())
		}
	}
	status := &workloadStatus{service: s, status: s.Overview.Status, issues: issueIDs(s.Overview.IssueIDs, rows)}
	changed, overview := s.Since, &s.Overview
	if status.status == "" {
		status.status, changed, overview = derived(open), spoken, nil
	}
	status.features = featuresOf(s, overview, open)
	status.at = x.statusTime(yesterday, changed, s.ConfirmedAt)
	return status
}

// derived is the status of a service about which only issues speak. That no
// issue is open, or that one was restored, is no proof that it works.
func derived(open []contribution) tocsin.Status {
	if worst := worstOf(open); worst != "" && !worst.Healthy() {
		return worst
	}
	return tocsin.StatusInformationUnavailable
}

// statusTime is the time of the last change within 24 hours, else exactly 24
// hours ago, as the reference says; but not later than the status was last
// confirmed: what nobody has looked at since is not said to hold.
func (x *exchange) statusTime(yesterday, changed, confirmed time.Time) time.Time {
	confirmed = later(confirmed, changed)
	switch {
	case changed.After(x.now):
		x.course.fleeting = true
		return x.now.Truncate(time.Microsecond)
	case changed.After(yesterday):
		return changed
	case confirmed.IsZero() || confirmed.After(yesterday):
		return yesterday
	}
	return confirmed
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// worstOf is the worst status among contributions, the later of equally bad
// ones, or "" without any.
func worstOf(list []contribution) tocsin.Status {
	var worst tocsin.Status
	for _, c := range list {
		if worst == "" || c.status.Severity() >= worst.Severity() {
			worst = c.status
		}
	}
	return worst
}

// issueIDs are those that the source named and those of rows, each once. No two
// rows have the same.
func issueIDs(named []string, rows []*readmodel.Row) []string {
	list := append(make([]string, 0, len(named)+len(rows)), named...)
	for _, row := range rows {
		if !slices.Contains(named, row.ID) {
			list = append(list, row.ID)
		}
	}
	return list
}

// featuresOf is the status of each feature: what the source said, or what the
// issues that name the feature say. The others work if an overview spoke of
// the service, and if it is well or issues say where it is not; else nothing is
// known about them.
func featuresOf(s *readmodel.Service, o *tocsin.Overview, by []contribution) []tocsin.FeatureStatus {
	if o != nil && len(o.Features) > 0 {
		return o.Features
	}
	list := make([]tocsin.FeatureStatus, len(s.Features))
	located := false
	for i, f := range s.Features {
		var naming []contribution
		for _, c := range by {
			if c.row.FeatureSet == f.DisplayName || c.row.Feature != "" && (c.row.Feature == f.Name || c.row.Feature == f.DisplayName) {
				naming = append(naming, c)
			}
		}
		list[i] = tocsin.FeatureStatus{Name: f.Name, DisplayName: f.DisplayName, Status: worstOf(naming)}
		located = located || len(naming) > 0
	}
	otherwise := tocsin.StatusInformationUnavailable
	if o != nil && (located || o.Status.Healthy()) {
		otherwise = tocsin.StatusOperational
	}
	for i := range list {
		list[i].Status = cmp.Or(list[i].Status, otherwise)
	}
	return list
}
