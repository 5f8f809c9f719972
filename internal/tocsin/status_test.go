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

func TestSeverityIsOneScale(t *testing.T) {
	t.Parallel()
	for status, want := range map[tocsin.Status]tocsin.Severity{
		tocsin.StatusOperational: tocsin.SeverityOK, tocsin.StatusServiceRestored: tocsin.SeverityOK, tocsin.StatusFalsePositive: tocsin.SeverityOK, tocsin.StatusReviewPublished: tocsin.SeverityOK,
		tocsin.StatusRestoringService: tocsin.SeverityRecovering, tocsin.StatusExtendedRecovery: tocsin.SeverityRecovering, tocsin.StatusMitigated: tocsin.SeverityRecovering,
		tocsin.StatusInvestigating: tocsin.SeverityAdvisory, tocsin.StatusInvestigationSuspended: tocsin.SeverityAdvisory, tocsin.StatusReported: tocsin.SeverityAdvisory,
		tocsin.StatusInformationUnavailable: tocsin.SeverityUnknown, tocsin.StatusUnknown: tocsin.SeverityUnknown, "": tocsin.SeverityUnknown, "somethingNew": tocsin.SeverityUnknown,
		tocsin.StatusDegradation: tocsin.SeverityDegraded, tocsin.StatusConfirmed: tocsin.SeverityDegraded, tocsin.StatusInterruption: tocsin.SeverityInterruption,
	} {
		if got := status.Severity(); got != want {
			t.Errorf("%q is %s, want %s", status, got, want)
		}
	}
	list := tocsin.Severities()
	for i := 1; i < len(list); i++ {
		if list[i] >= list[i-1] {
			t.Errorf("%s does not rank below %s", list[i], list[i-1])
		}
	}
	if len(list) != int(tocsin.SeverityInterruption)+1 {
		t.Errorf("%d severities are listed", len(list))
	}
}
