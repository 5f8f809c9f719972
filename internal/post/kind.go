package post

// A Kind is what a section of a post is about, whatever the label of its era.
type Kind string

// The kinds of sections of issues' posts. Rest is text without a label: what
// stands before the first one, and closing sentences such as "This is the final
// update for the event."
const (
	KindTitle                Kind = "title"
	KindUserImpact           Kind = "userImpact"
	KindMoreInfo             Kind = "moreInfo"
	KindCurrentStatus        Kind = "currentStatus"
	KindFinalStatus          Kind = "finalStatus"
	KindScope                Kind = "scopeOfImpact"
	KindStartTime            Kind = "startTime"
	KindEndTime              Kind = "endTime"
	KindEstimatedTime        Kind = "estimatedTimeToResolve"
	KindRootCause            Kind = "rootCause"
	KindPreliminaryRootCause Kind = "preliminaryRootCause"
	KindNextSteps            Kind = "nextSteps"
	KindNextUpdate           Kind = "nextUpdateBy"
	KindWorkaround           Kind = "workaround"
	KindUserExperience       Kind = "userExperience" // until 2016
	KindCustomerImpact       Kind = "customerImpact" // until 2016
	KindRest                 Kind = "rest"
)

// The kinds of sections of messages, with the headings of two families: the
// older one, and the one that new messages have since May 2026.
const (
	KindIntroduction   Kind = "introduction"       // "Introduction", "What and Why"
	KindSchedule       Kind = "schedule"           // "When this will happen", "Rollout Schedule"
	KindOrganization   Kind = "organizationImpact" // "How this will affect your organization", "Impact on Your Organization"
	KindAction         Kind = "actionRequired"     // "What you need to do to prepare", "Action Required / Recommendations"
	KindCompliance     Kind = "compliance"         // "Compliance considerations"
	KindWhoIsAffected  Kind = "whoIsAffected"      // these stand within sections
	KindPlatforms      Kind = "platforms"
	KindWhatWillHappen Kind = "whatWillHappen"
	KindLearnMore      Kind = "learnMore"
)

// Level is 2 for kinds that stand within a section of another, 1 for others.
func (k Kind) Level() int {
	switch k {
	case KindWhoIsAffected, KindPlatforms, KindWhatWillHappen, KindLearnMore:
		return 2
	default:
		return 1
	}
}

// kindOf is the kind that a label names, given its words: lower case, with
// single blanks, without "and"; see [wordsOf]. Source: posts of 2015 to 2026.
func kindOf(words string) (Kind, bool) {
	switch words {
	case "title":
		return KindTitle, true
	case "user impact", "users impact", "issue description":
		return KindUserImpact, true
	case "more info", "more information", "additional information", "additional info":
		return KindMoreInfo, true
	case "current status", "current update":
		return KindCurrentStatus, true
	case "final status", "final update":
		return KindFinalStatus, true
	case "scope of impact", "scope":
		return KindScope, true
	case "incident start time", "start time":
		return KindStartTime, true
	case "incident end time", "end time":
		return KindEndTime, true
	case "estimated time to resolve", "estimated time to resolution", "estimated restoration time", "estimated time to restore":
		return KindEstimatedTime, true
	case "preliminary root cause":
		return KindPreliminaryRootCause, true
	case "root cause":
		return KindRootCause, true
	case "next steps":
		return KindNextSteps, true
	case "next update by", "next update", "estimated time for next update":
		return KindNextUpdate, true
	case "workaround":
		return KindWorkaround, true
	case "user experience":
		return KindUserExperience, true
	case "customer impact":
		return KindCustomerImpact, true
	}
	return headingOf(words)
}

// within are the labels that can stand within a line, since line breaks are
// lost at times. Of two that end alike, the longer one
// comes first. They are lower case.
func within() []string {
	return []string{
		"user impact", "issue description", "more info", "more information", "current status", "current update", "final status", "final update",
		"scope of impact", "incident start time", "start time", "incident end time", "end time",
		"estimated time to resolve", "estimated time to resolution", "estimated restoration time", "preliminary root cause", "root cause", "next steps",
		"next update by", "estimated time for next update", "next update", "user experience", "customer impact",
		"when this will happen", "when will this happen", "rollout schedule", "what and why",
		"how this will affect your organization", "how this affects your organization", "how will this affect your organization", "impact on your organization",
		"what you need to do to prepare", "what you can do to prepare", "compliance considerations", "scope", "workaround",
	}
}
