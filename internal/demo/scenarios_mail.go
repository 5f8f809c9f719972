package demo

import "slices"

// A scenario is a kind of problem that comes back in variants. Texts may hold
// {x}, the variant, and {region}.
type scenario struct {
	service  string // workload id
	feature  string
	incident bool
	who      string   // "Some users"
	now      string   // follows "may": "see delays when sending email"
	then     string   // follows "may have": "seen delays when sending email"
	x        []string // the variants
	info     string   // what else is known
	way      string   // what people can do meanwhile, "" mostly
	part     string   // the component at fault, within a sentence
	scope    string   // follows "This affects"
	causes   []cause
}

// A cause is why a problem came about and what was done.
type cause struct {
	why  string // a sentence without its full stop
	fix  string // "renewing the certificate"
	next string // a sentence for the last post
}

// allScenarios are all kinds of problem that the archive tells of.
func allScenarios() []scenario {
	return slices.Concat(
		mailScenarios(), suiteScenarios(), complianceScenarios(), workScenarios(), contentScenarios(), documentScenarios(),
		platformScenarios(), appScenarios(), deviceScenarios(), toolScenarios(),
	)
}

// mailScenarios are about mail and calendars.
func mailScenarios() []scenario {
	return []scenario{
		{
			service: "Exchange", feature: "mailflow", incident: true, who: "Some users",
			now: "see delays of up to two hours when sending email to {x}", then: "seen delays of up to two hours when sending email to {x}",
			x:    []string{"external recipients", "distribution groups", "recipients in hybrid mailboxes"},
			info: "Delayed email is kept in the queue and is delivered later; nothing needs to be sent again.",
			part: "the queue that hands outbound email to its next hop", scope: "senders in {region} whose email leaves through one pool of transport servers",
			causes: []cause{
				{"A routing table was published with half of its outbound connectors missing, so the remaining ones were overloaded", "publishing a complete routing table and draining the queues", "The publishing step now refuses a table that is much smaller than the one before"},
				{"A change to certificate checks made each outbound connection wait for a lookup that timed out", "turning the new check off and restarting the outbound servers one group at a time", "We're adding the age of the oldest queued email to the signals that stop a rollout"},
			},
		},
		{
			service: "Exchange", feature: "mailboxaccess", incident: true, who: "Users",
			now: "be unable to open their mailbox in {x}", then: "been unable to open their mailbox in {x}",
			x:    []string{"Outlook on the web", "the Outlook desktop app", "mobile mail apps that use Exchange ActiveSync"},
			info: "Other ways of opening the same mailbox keep working.", way: "As a workaround, people in a hurry can open their mailbox with another app until this is over.",
			part: "the front end that finds the server of a mailbox", scope: "people in {region} who start a new session; open sessions are not interrupted",
			causes: []cause{
				{"A memory leak in the front end made servers leave the pool faster than they were replaced", "restarting the servers in rotation and going back to the previous front-end build", "A memory ceiling per process will take a server out of rotation before it slows down its neighbours"},
				{"A directory cache was filled with outdated mailbox locations after planned maintenance", "emptying the cache and rebuilding it from the directory", "Maintenance plans now include a check of cached locations before traffic comes back"},
			},
		},
		{
			service: "Exchange", feature: "calendar", who: "Some users",
			now: "see {x} in their calendar", then: "seen {x} in their calendar",
			x:    []string{"meetings at the wrong hour", "cancelled meetings that come back", "room bookings without a reply"},
			info: "The organiser's copy of the meeting is correct.", way: "A workaround is to open the series and save it again, which repairs single meetings.",
			part: "the assistant that processes meeting requests", scope: "recurring meetings that were changed in the last 30 days",
			causes: []cause{
				{"An update of time zone rules was applied to some mailbox servers and not to others", "bringing all mailbox servers to the same set of time zone rules", "Time zone updates will be held back until every server of a group has them"},
				{"The assistant read meeting updates twice after its checkpoint was lost", "restoring the checkpoint and removing the repeated updates", "The checkpoint will be stored with the mailbox instead of the server"},
			},
		},
		{
			service: "Exchange", feature: "protection", who: "Some users",
			now: "find wanted email from {x} in quarantine", then: "found wanted email from {x} in quarantine",
			x:    []string{"small newsletters", "scanners and copiers", "ticketing systems"},
			info: "Admins can release the email from quarantine. Released email is delivered with its original date.",
			part: "a rule of the content filter", scope: "organizations with the strict filter preset",
			causes: []cause{
				{"A rule against a phishing campaign matched a footer that is common in automated email", "withdrawing the rule and releasing the email that it held", "New rules will be tried against a larger set of wanted email first"},
				{"The reputation of a shared sending address was computed from one day instead of thirty", "computing the reputation again over the full period", "Reputation changes beyond a limit now need a second confirmation"},
			},
		},
		{
			service: "Exchange", feature: "mailflow", who: "Some admins",
			now: "get no results from message trace for {x}", then: "got no results from message trace for {x}",
			x:    []string{"the last six hours", "email with attachments", "searches over more than ten days"},
			info: "Email itself is delivered on time. Only the reports are behind.",
			part: "the pipeline that collects delivery events", scope: "admins who run reports for tenants in {region}",
			causes: []cause{
				{"One partition of the event store was full and refused new events", "moving events to a larger partition and reading the backlog", "Free space per partition is now watched, and not only that of the store as a whole"},
				{"The collector fell behind after a burst of automated email", "adding collectors and letting them catch up", "The number of collectors will follow the length of the backlog"},
			},
		},
	}
}

// suiteScenarios are about sign-in and the suite as a whole.
func suiteScenarios() []scenario {
	return []scenario{
		{
			service: "OrgLiveID", feature: "signin", incident: true, who: "Users",
			now: "be unable to sign in to {x}", then: "been unable to sign in to {x}",
			x:    []string{"apps that are federated with a local directory", "newly opened apps", "web apps on shared devices"},
			info: "People who are signed in already can go on working. Signing out should be avoided while this lasts.",
			part: "the gateway that issues tokens", scope: "sign-ins that are routed through {region}",
			causes: []cause{
				{"A signing key was rotated before all gateways had received its public half", "putting the previous key back in service until all gateways know the new one", "Rotation now waits for an acknowledgement from each gateway"},
				{"A surge of retries from one app used up the connections of the gateway", "limiting that app and adding gateways", "Limits per app will apply at the edge instead of at the gateway"},
			},
		},
		{
			service: "OrgLiveID", feature: "mfa", who: "Some users",
			now: "wait several minutes for {x}", then: "waited several minutes for {x}",
			x:    []string{"text messages with a sign-in code", "phone calls that confirm a sign-in", "approval requests on their phone"},
			info: "Codes from an authenticator app are not affected.",
			part: "the link to one delivery partner", scope: "phone numbers in {region}",
			causes: []cause{
				{"A delivery partner reduced its capacity during maintenance that we weren't told about", "sending through a second partner", "Traffic will move to another partner as soon as deliveries take longer than a minute"},
				{"Expired requests weren't removed from the sending queue", "removing expired requests and lowering their lifetime", "The age of requests is checked again right before they are sent"},
			},
		},
		{
			service: "OSDPPlatform", feature: "admincenter", incident: true, who: "Admins",
			now: "be unable to {x} in the Microsoft 365 admin center", then: "been unable to {x} in the Microsoft 365 admin center",
			x:    []string{"open usage reports", "reset passwords", "see the list of active users"},
			info: "Services and devices of users are not affected.", way: "As a workaround, admins can do the same tasks with PowerShell.",
			part: "the service that assembles pages of the admin center", scope: "admins of organizations with more than 5,000 users",
			causes: []cause{
				{"A page asked for all users at once and ran into a time limit", "loading the list in parts", "Pages will be tested with the largest lists that customers have"},
				{"A configuration value pointed to a test environment", "correcting the value and restarting the page service", "Addresses of test environments are now refused in production"},
			},
		},
		{
			service: "OSDPPlatform", feature: "provisioning", who: "Admins",
			now: "see delays of several hours until {x} take effect", then: "seen delays of several hours until {x} took effect",
			x:    []string{"new licences", "changes of group membership", "changes of display names"},
			info: "Changes are kept in order and don't have to be made again.",
			part: "the job that copies directory changes to the services", scope: "changes made since the start time",
			causes: []cause{
				{"Very large groups were copied ahead of everything else", "giving large groups a queue of their own", "Waiting time per kind of change is now on the dashboard of the team on duty"},
				{"A job stopped at one malformed change and tried it again without end", "setting the malformed change aside and starting the job again", "A change that fails three times is set aside on its own"},
			},
		},
	}
}

// complianceScenarios are about finding and keeping records.
func complianceScenarios() []scenario {
	return []scenario{
		{
			service: "Purview", feature: "ediscovery", who: "Some admins",
			now: "see eDiscovery exports of {x} stop before they are complete", then: "seen eDiscovery exports of {x} stop before they were complete",
			x:    []string{"large mailboxes", "Teams chats", "sites with many versions"},
			info: "An export that stopped can be started again from where it was.",
			part: "the worker that packs exports", scope: "exports of more than 50 GB",
			causes: []cause{
				{"Workers ran out of temporary disk space", "moving the workers to machines with larger disks", "The space that an export needs will be reserved before it starts"},
				{"A lease of one hour was never renewed, so longer exports lost it", "renewing the lease while an export makes progress", "We're looking for other long jobs that share this lease"},
			},
		},
		{
			service: "Purview", feature: "audit", who: "Some admins",
			now: "find {x} missing from audit searches", then: "found {x} missing from audit searches",
			x:    []string{"file downloads", "mailbox sign-ins", "changes of sharing links"},
			info: "Events are recorded in full and appear in searches once the index has caught up.",
			part: "the index behind audit searches", scope: "events of the last 24 hours",
			causes: []cause{
				{"The index was rebuilt while new events were held back longer than planned", "finishing the rebuild and reading the events that were held back", "Rebuilds will run beside the live index instead of in its place"},
				{"A new kind of event had a field that the index refused", "teaching the index the new field and reading the refused events again", "Unknown fields will be stored without being indexed"},
			},
		},
	}
}
