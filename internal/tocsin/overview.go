package tocsin

import (
	"encoding/json"
	"time"
)

// An Overview is the status of one service in one tenant. Its JSON form is
// Graph's serviceHealth; features, issue ids and the time of the observation,
// which only the legacy API gives, travel in "@tocsin." members.
type Overview struct {
	ServiceID string // workload id, such as "Exchange"
	Service   string // display name
	Status    Status
	Features  []FeatureStatus
	IssueIDs  []string
}

// A FeatureStatus is the status of one feature of a service.
type FeatureStatus struct {
	Name        string `json:"name"`        // such as "Signin"
	DisplayName string `json:"displayName"` // such as "Sign-in"
	Status      Status `json:"status"`
}

// A Transition is a change of a service's status: from At on, until the next
// one, the overview held.
type Transition struct {
	At       time.Time
	Overview Overview
}

// Facts are what lists of overviews are filtered by.
func (o Overview) Facts() Facts {
	return Facts{Title: o.Service, Service: o.Service, ServiceID: o.ServiceID, Status: o.Status}
}

type wireOverview struct {
	ID       string          `json:"id"`
	Service  string          `json:"service"`
	Status   string          `json:"status"`
	Features []FeatureStatus `json:"@tocsin.features,omitempty"`
	IssueIDs []string        `json:"@tocsin.issueIds,omitempty"`
}

// MarshalJSON writes the overview in Graph's wire form.
func (o Overview) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireOverview{o.ServiceID, o.Service, string(o.Status), o.Features, o.IssueIDs})
}

// UnmarshalJSON reads Graph's wire form.
func (o *Overview) UnmarshalJSON(data []byte) error {
	var wire wireOverview
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*o = Overview{wire.ID, wire.Service, ParseStatus(wire.Status), wire.Features, wire.IssueIDs}
	if o.ServiceID == "" {
		o.ServiceID, _ = ServiceIDOf(o.Service)
	}
	for n := range o.Features {
		o.Features[n].Status = ParseStatus(string(o.Features[n].Status))
	}
	return nil
}
