package demo

// platformScenarios are about reports and automation.
func platformScenarios() []scenario {
	return []scenario{
		{
			service: "PowerBIcom", feature: "refresh", who: "Some users",
			now: "see scheduled refreshes of {x} fail or start late", then: "seen scheduled refreshes of {x} fail or start late",
			x:    []string{"large semantic models", "models behind a gateway", "dataflows"},
			info: "Reports show the data of the last refresh that succeeded, with its time.",
			part: "the scheduler of refreshes", scope: "capacities in {region}",
			causes: []cause{
				{"Refreshes of the same minute were all given to one scheduler", "spreading refreshes over all schedulers", "The start of scheduled refreshes will be moved apart by a few seconds"},
				{"Gateways with an old version were refused before the announced date", "accepting these gateways again", "The date is now read from the announcement"},
			},
		},
		{
			service: "PowerBIcom", feature: "reports", incident: true, who: "Users",
			now: "see {x} load slowly or not at all", then: "seen {x} load slowly or not at all",
			x:    []string{"embedded reports", "maps in reports", "reports in apps"},
			info: "Exports to PDF are not affected.",
			part: "the service that renders visuals", scope: "reports opened from {region}",
			causes: []cause{
				{"Scripts were delivered without compression by one location of the delivery network", "switching compression on again", "The size of delivered scripts is now measured at each location"},
				{"A map provider answered slowly and held back all visuals of the page", "loading maps after everything else", "Each visual gets a time limit of its own"},
			},
		},
		{
			service: "MicrosoftFlow", feature: "runs", incident: true, who: "Some users",
			now: "see automated flows with {x} start up to an hour late", then: "seen automated flows with {x} start up to an hour late",
			x:    []string{"email triggers", "file triggers", "a schedule"},
			info: "Flows run once for each event, only later than usual.",
			part: "the queue of triggers", scope: "environments in {region}",
			causes: []cause{
				{"The queue was moved to new servers whose connection limit was too low", "raising the limit", "Limits are now copied together with the queue"},
				{"One environment produced a loop of flows that start each other", "stopping the loop and working off the queue", "Loops will be found by their depth and stopped early"},
			},
		},
		{
			service: "MicrosoftFlow", feature: "connectors", who: "Some users",
			now: "have to renew connections to {x} every day", then: "had to renew connections to {x} every day",
			x:    []string{"SharePoint Online", "third-party ticketing systems", "SQL databases"},
			info: "Renewing the connection once lets waiting flows go on.",
			part: "the store of connection tokens", scope: "connections made after a change of password",
			causes: []cause{
				{"Refresh tokens were stored with the lifetime of access tokens", "storing them with the right lifetime", "Both lifetimes now have different types in the code"},
				{"A migration kept only the first of two tokens", "moving the missing tokens", "Migrations compare counts before and after"},
			},
		},
		{
			service: "MicrosoftFlow", feature: "approvals", who: "Some users",
			now: "not receive {x} of approvals", then: "missed {x} of approvals",
			x:    []string{"email notices", "reminders", "the final result"},
			info: "Waiting approvals are listed in the approvals app.",
			part: "the mailer of approvals", scope: "approvals with more than one approver",
			causes: []cause{
				{"The mailer skipped requests in which one approver had left the organization", "sending to the remaining approvers", "A missing approver is now shown to the owner of the flow"},
				{"A template held a placeholder that was never filled in, so mail servers refused it", "correcting the template", "Templates are sent to a test mailbox before they are published"},
			},
		},
	}
}

// appScenarios are about apps that organizations build, and their data.
func appScenarios() []scenario {
	return []scenario{
		{
			service: "PowerApps", feature: "player", who: "Some users",
			now: "see {x} stay blank after opening", then: "seen {x} stay blank after opening",
			x:    []string{"apps with a custom control", "apps on phones", "shared apps"},
			info: "Clearing the app's cache helps until the next start.",
			part: "the loader of app packages", scope: "apps that were published this week",
			causes: []cause{
				{"Packages were stored under a name that differs by case, which phones take seriously", "storing the packages under both names", "Package names are now lower case throughout"},
				{"A control was loaded before the library that it needs", "restoring the order of loading", "The order is derived from the dependencies instead of from the alphabet"},
			},
		},
		{
			service: "Dataverse", feature: "search", who: "Some users",
			now: "find {x} missing from search results", then: "found {x} missing from search results",
			x:    []string{"new contacts", "rows of custom tables", "attachments"},
			info: "Filters in views are not affected.",
			part: "the indexer", scope: "environments with more than ten million rows",
			causes: []cause{
				{"The indexer skipped rows that were changed while it read the page before", "reading by change number instead of by page", "A nightly comparison of counts will find gaps"},
				{"An index reached its size limit", "splitting the index", "Indexes are split at 70 percent of the limit"},
			},
		},
		{
			service: "DynamicsCRM", feature: "email", who: "Some users",
			now: "see email {x} that isn't linked to its record", then: "seen email {x} that wasn't linked to its record",
			x:    []string{"from queues", "sent from Outlook", "with a tracking token"},
			info: "Email can be linked by hand with Set Regarding.",
			part: "server-side synchronization", scope: "mailboxes approved since last month",
			causes: []cause{
				{"A check of permissions ran as the mailbox instead of as its owner", "running the check as the owner", "The identity of each check is now written to its log"},
				{"Tracking tokens were cut after sixteen characters", "keeping the whole token", "The length of tokens is part of the contract between both teams"},
			},
		},
	}
}

// deviceScenarios are about devices and what protects them.
func deviceScenarios() []scenario {
	return []scenario{
		{
			service: "Intune", feature: "policy", who: "Some admins",
			now: "see {x} stay pending on devices", then: "seen {x} stay pending on devices",
			x:    []string{"compliance policies", "app assignments", "Wi-Fi profiles"},
			info: "Policies that devices have received before stay in force.",
			part: "the service that tells devices to check in", scope: "devices that were enrolled in {region}",
			causes: []cause{
				{"Notices to devices were sent through an account whose quota was used up", "using a second account", "The quota is now watched"},
				{"Assignments to nested groups were counted twice and exceeded a limit", "counting each group once", "The limit will be reported to the admin and no longer only logged"},
			},
		},
		{
			service: "Intune", feature: "enrollment", incident: true, who: "Users",
			now: "be unable to enroll {x}", then: "been unable to enroll {x}",
			x:    []string{"Android devices", "Macs", "shared iPads"},
			info: "Devices that are enrolled already are not affected.",
			part: "the enrollment gateway", scope: "enrollments that use a token of the device maker",
			causes: []cause{
				{"A device maker changed the format of its tokens earlier than announced", "accepting both formats", "We've agreed with the maker on a test feed"},
				{"An intermediate certificate was missing from the chain that the gateway sends", "adding the certificate", "The chain is now checked from outside every hour"},
			},
		},
		{
			service: "Microsoft365Defender", feature: "alerts", who: "Some admins",
			now: "receive {x} late", then: "received {x} late",
			x:    []string{"alerts about risky sign-ins", "email notices of new incidents", "alerts from connected apps"},
			info: "Protection itself works: threats are blocked as usual.",
			part: "the pipeline that turns signals into alerts", scope: "tenants whose data is kept in {region}",
			causes: []cause{
				{"A rule compared every signal with every other of the day", "rewriting the rule so that it looks at one hour", "The cost of a rule is measured before it goes live"},
				{"Signals from one region were written with a time in the future and waited for it to come", "using the time of arrival", "Signals from the future are corrected and counted"},
			},
		},
		{
			service: "O365Client", feature: "activation", who: "Some users",
			now: "see a notice that {x} isn't activated", then: "seen a notice that {x} wasn't activated",
			x:    []string{"Office on a shared computer", "their Microsoft 365 app", "Visio"},
			info: "Apps can be used for at least 30 days after such a notice.",
			part: "the licence service", scope: "computers that were started without a network connection",
			causes: []cause{
				{"The licence service took a missing network for a missing licence", "telling the two apart", "A new test starts the apps with the network switched off"},
				{"Licences of one product were moved to a new number that older apps don't know", "answering with both numbers", "The old number stays valid until the oldest supported release ends"},
			},
		},
	}
}

// toolScenarios are about the smaller tools.
func toolScenarios() []scenario {
	return []scenario{
		{
			service: "Planner", feature: "boards", who: "Some users",
			now: "be unable to move {x} on their boards", then: "been unable to move {x} on their boards",
			x:    []string{"tasks with checklists", "tasks of guests", "recurring tasks"},
			info: "Tasks can still be moved in the grid view.",
			part: "the service that orders tasks", scope: "plans with more than 500 tasks",
			causes: []cause{
				{"Order numbers ran out between two neighbouring tasks", "numbering the tasks of affected plans again", "Numbers are spread out again each night"},
				{"A release compared owners by name instead of by id", "going back to the previous release", "Two people with one name are now part of the tests"},
			},
		},
		{
			service: "Forms", feature: "results", who: "Some users",
			now: "see {x} without the latest responses", then: "seen {x} without the latest responses",
			x:    []string{"result charts", "linked workbooks", "summary links"},
			info: "Responses are stored and will appear by themselves.",
			part: "the counter behind result pages", scope: "forms with more than 1,000 responses",
			causes: []cause{
				{"The counter stopped at a response that was withdrawn while it was counted", "counting again from the last safe point", "Withdrawn responses are now counted as such"},
				{"A cache in front of the counter was set to a day", "setting it to a minute", "The lifetime of caches is shown next to the data in our own tools"},
			},
		},
		{
			service: "Copilot", feature: "grounding", who: "Some users",
			now: "get answers that leave out {x}", then: "got answers that left out {x}",
			x:    []string{"files that were shared this week", "meeting notes", "email with attachments"},
			info: "Naming the file in the question brings it into the answer.",
			part: "the lookup of recent content", scope: "people whose content is indexed in {region}",
			causes: []cause{
				{"The lookup preferred documents that had been opened often over recent ones", "restoring the weight of recent documents", "A daily set of questions with known answers will show such shifts"},
				{"A filter of permissions removed content whose owner was on leave", "asking for the reader's permission alone", "The filter is now tested with accounts that are switched off"},
			},
		},
		{
			service: "UniversalPrint", feature: "printing", who: "Some users",
			now: "see print jobs {x} wait without end", then: "seen print jobs {x} wait without end",
			x:    []string{"from Macs", "with a PIN", "to printers behind a connector"},
			info: "Jobs that wait are not lost.", way: "As a workaround, admins can restart the connector, which releases the jobs.",
			part: "the list of waiting jobs", scope: "connectors that were updated this week",
			causes: []cause{
				{"Connectors asked for jobs with a number that the service no longer hands out", "handing out the old number as well", "Service and connector releases are tested against each other in both directions"},
				{"Jobs without a page count were sorted to the end of the list for ever", "sorting jobs by time alone", "The oldest waiting job is now an alarm"},
			},
		},
		{
			service: "Bookings", feature: "pages", who: "Customers",
			now: "see no free times on {x}", then: "seen no free times on {x}",
			x:    []string{"booking pages with several staff members", "pages embedded in a web site", "pages in another time zone"},
			info: "Staff can still enter appointments by hand.",
			part: "the search for free times", scope: "calendars that hold all-day events",
			causes: []cause{
				{"All-day events of one staff member blocked the others", "looking at each calendar on its own", "The case with one staff member on leave is now tested"},
				{"The search ended at midnight of the wrong time zone", "using the time zone of the page", "Tests now run in three time zones"},
			},
		},
	}
}
