package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestParseStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want tocsin.Status
	}{
		{"serviceRestored", tocsin.StatusServiceRestored},
		{"ServiceRestored", tocsin.StatusServiceRestored},
		{"Service restored", tocsin.StatusServiceRestored},
		{"Normal service", tocsin.StatusOperational},
		{"PostIncidentReportPublished", tocsin.StatusReviewPublished},
		{"Post-incident report published", tocsin.StatusReviewPublished},
		{"PIRPublished", tocsin.StatusReviewPublished},
		{"RestoringService", tocsin.StatusRestoringService},
		{"InformationAvailable", tocsin.StatusInformationAvailable},
		{"mitigatedExternal", tocsin.StatusMitigatedExternal},
		{"somethingNew", "somethingNew"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := tocsin.ParseStatus(tt.in); got != tt.want {
			t.Errorf("ParseStatus(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestStatusInBothVocabularies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status        tocsin.Status
		legacy, words string
		healthy, bad  bool
	}{
		{tocsin.StatusOperational, "ServiceOperational", "Normal service", true, false},
		{tocsin.StatusInterruption, "ServiceInterruption", "Service interruption", false, true},
		{tocsin.StatusDegradation, "ServiceDegradation", "Service degradation", false, true},
		{tocsin.StatusExtendedRecovery, "ExtendedRecovery", "Extended recovery", false, false},
		{tocsin.StatusReviewPublished, "PostIncidentReportPublished", "Post-incident report published", true, false},
		{tocsin.StatusVerifyingService, "RestoringService", "Restoring service", false, false},
		{tocsin.StatusInformationUnavailable, "InformationUnavailable", "Information unavailable", false, false},
		{"somethingNew", "SomethingNew", "somethingNew", false, false},
		{"", "", "", false, false},
	}
	for _, tt := range tests {
		s := tt.status
		if s.Legacy() != tt.legacy || s.Words() != tt.words || s.Healthy() != tt.healthy || s.Broken() != tt.bad {
			t.Errorf("%q: %q, %q, healthy %v, broken %v", s, s.Legacy(), s.Words(), s.Healthy(), s.Broken())
		}
	}
}
