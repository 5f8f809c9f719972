package odata

import "testing"

// BenchmarkParseFilter reads filters that clients are known to send.
func BenchmarkParseFilter(b *testing.B) {
	m, issue := sampleModel(b)
	for name, text := range map[string]string{
		"short":  `isResolved eq false`,
		"any":    `services/any(c:c eq 'Microsoft Teams') and startDateTime ge 2026-07-01T00:00:00Z`,
		"lower":  `contains(tolower(title),tolower('Copilot')) or contains(tolower(body/content),'copilot')`,
		"nested": `(title eq 'A' or title eq 'B' or title eq 'C') and not (contains(title,'x') and status in ('investigating','resolved'))`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.ParseFilter(issue, text, sampleNow()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
