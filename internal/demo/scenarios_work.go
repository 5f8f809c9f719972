package demo

// workScenarios are about calls, meetings and chat.
func workScenarios() []scenario {
	return []scenario{
		{
			service: "microsoftteams", feature: "calling", incident: true, who: "Some users",
			now: "be unable to place or receive calls {x}", then: "been unable to place or receive calls {x}",
			x:    []string{"through their phone provider", "in call queues", "from desk phones"},
			info: "Calls between two people in Teams and calls in meetings still connect.",
			part: "the border controllers between Teams and telephone networks", scope: "phone numbers that are served from {region}",
			causes: []cause{
				{"A certificate of the border controllers expired on a part of the fleet", "installing the renewed certificate and taking the controllers back into service", "Expiry dates are now read from the running servers and no longer from the plan"},
				{"A firmware update reset the list of trusted carriers", "restoring the list and pausing the update", "The update will be verified with a test call per carrier"},
			},
		},
		{
			service: "microsoftteams", feature: "meetings", who: "Some users",
			now: "hear no sound for the first seconds {x}", then: "heard no sound for the first seconds {x}",
			x:    []string{"after joining a meeting", "when a meeting is recorded", "when they join from a browser"},
			info: "Recordings are not affected.", way: "As a workaround, participants can try one of these:\n\n- Leave the meeting and join it again\n- Join it from the browser\n- Dial in",
			part: "the media relay", scope: "meetings with more than 50 participants",
			causes: []cause{
				{"The relay opened an audio channel only after the video channel had been agreed", "opening both channels at the same time again", "The time to the first audible second becomes a release criterion"},
				{"Relays in one data center were assigned more meetings than they could serve", "spreading meetings over more relays", "The assignment will take the size of meetings into account"},
			},
		},
		{
			service: "microsoftteams", feature: "chat", incident: true, who: "Users",
			now: "see {x} arrive late or out of order", then: "seen {x} arrive late or out of order",
			x:    []string{"chat messages", "channel notifications", "reactions"},
			info: "Reloading the app shows the messages in the right order.",
			part: "the store that numbers messages", scope: "conversations that are hosted in {region}",
			causes: []cause{
				{"A failover left two copies of the store that both handed out numbers", "joining the two copies and repairing the order", "A second copy will stay read-only until the first one is certain to be gone"},
				{"An index was rebuilt during office hours by mistake", "pausing the rebuild until the evening", "Rebuilds are now tied to the local time of the data"},
			},
		},
		{
			service: "microsoftteams", feature: "presence", who: "Some users",
			now: "see {x}", then: "seen {x}",
			x:    []string{"colleagues as away although they are online", "an old status message", "presence that doesn't follow the calendar"},
			info: "Chat and calls are not affected by the status that is shown.",
			part: "the cache that presence is served from", scope: "users whose contacts are in another region",
			causes: []cause{
				{"The cache kept entries for an hour instead of a minute", "setting the lifetime back to a minute", "The lifetime is now checked each time a configuration is published"},
				{"Calendar events reached the cache through a subscription that had ended", "renewing the subscriptions", "A subscription that brings nothing for an hour is renewed by itself"},
			},
		},
		{
			service: "microsoftteams", feature: "files", who: "Some users",
			now: "be unable to open {x} from the Files tab", then: "been unable to open {x} from the Files tab",
			x:    []string{"spreadsheets", "files of shared channels", "files with long names"},
			info: "Files themselves are not affected.", way: "Users can work around this by opening the same files from the site of the team.",
			part: "the component that turns a file into a preview", scope: "teams created before 2023",
			causes: []cause{
				{"A change of address format was not known to older teams", "accepting both forms of the address", "Old forms of addresses are now part of the test data"},
				{"Previews were refused when a file name was longer than 128 characters", "raising the limit", "Limits of neighbouring components will be compared automatically"},
			},
		},
	}
}

// contentScenarios are about sites and what is shared there.
func contentScenarios() []scenario {
	return []scenario{
		{
			service: "SharePoint", feature: "search", who: "Some users",
			now: "get incomplete results when they search for {x}", then: "got incomplete results when they searched for {x}",
			x:    []string{"recent documents", "people", "news posts"},
			info: "Content can still be found by browsing to it.",
			part: "the search index", scope: "content that was changed after the start time",
			causes: []cause{
				{"The crawler waited for a lock that a stopped process had left behind", "releasing the lock and letting the crawler catch up", "Locks now end with the process that holds them"},
				{"A new ranking model needed more memory than some index servers have", "using the previous model on those servers", "Models will be tried on the smallest server that is in use"},
			},
		},
		{
			service: "SharePoint", feature: "sites", incident: true, who: "Users",
			now: "get an error with code 503 when they open {x}", then: "got an error with code 503 when they opened {x}",
			x:    []string{"team sites", "document libraries with many files", "the start page"},
			info: "The error comes and goes. Trying again after a minute often works.",
			part: "a database group", scope: "sites that are stored in one database group in {region}",
			causes: []cause{
				{"A query plan became slow after statistics were refreshed and used up the database's workers", "forcing the earlier query plan", "Plans of the busiest queries are pinned until a new one has been compared with them"},
				{"A network device dropped packets at a rate just below its alarm", "taking the device out of service", "The alarm now also looks at the trend"},
			},
		},
		{
			service: "SharePoint", feature: "access", who: "Some external users",
			now: "be asked again and again to verify their address when they open {x}", then: "been asked again and again to verify their address when they opened {x}",
			x:    []string{"shared folders", "links that allow editing", "shared pages"},
			info: "A link that was sent again works at once.",
			part: "the check of one-time codes", scope: "guests without an account of their own",
			causes: []cause{
				{"Codes were compared with the clock of a server that was four minutes behind", "correcting the clock and widening the tolerance", "Servers whose clock differs by more than five seconds leave the pool"},
				{"A cookie was dropped by browsers that had become stricter", "setting the cookie the way browsers now demand", "Preview builds of browsers are now part of our tests"},
			},
		},
	}
}

// documentScenarios are about personal files and documents.
func documentScenarios() []scenario {
	return []scenario{
		{
			service: "OneDriveForBusiness", feature: "sync", who: "Some users",
			now: "see {x} stay at \"Processing changes\"", then: "seen {x} stay at \"Processing changes\"",
			x:    []string{"shared libraries", "folders with more than 100,000 files", "newly added devices"},
			info: "No content is lost.", way: "In the meantime, users can edit their files in the browser.",
			part: "the change feed that sync clients read", scope: "clients that were offline for more than a week",
			causes: []cause{
				{"The change feed started again from the beginning when a bookmark was too old", "accepting older bookmarks", "The age of accepted bookmarks is now the same in client and service"},
				{"A client release asked for changes one by one", "going back to the previous client release", "The number of requests per file is measured before a release"},
			},
		},
		{
			service: "OneDriveForBusiness", feature: "sharing", who: "Some users",
			now: "be unable to {x}", then: "been unable to {x}",
			x:    []string{"create sharing links", "remove people from a shared file", "see who has access to a file"},
			info: "Permissions that exist already keep working as they are.",
			part: "the permission service", scope: "files in personal storage",
			causes: []cause{
				{"A policy was read with a default that allows nothing when its store did not answer", "reading the policy from a second copy", "Every policy store has a second copy now"},
				{"A cleanup removed entries of a group that was still in use", "restoring the entries", "The cleanup now only marks entries and removes them a week later"},
			},
		},
		{
			service: "officeonline", feature: "excel", who: "Some users",
			now: "see Excel for the web close {x}", then: "seen Excel for the web close {x}",
			x:    []string{"workbooks with external links", "shared workbooks while others edit", "workbooks with pivot tables"},
			info: "Changes are saved before the file closes. The desktop app is not affected.",
			part: "the calculation service", scope: "workbooks larger than 20 MB",
			causes: []cause{
				{"A limit on calculation time was applied to the session instead of to one calculation", "applying the limit to one calculation", "Session limits get a test of a whole working day"},
				{"Two servers disagreed on the order of edits", "letting one server decide on the order again", "The way in which a session changes its server is being rewritten"},
			},
		},
		{
			service: "officeonline", feature: "word", who: "Some users",
			now: "be unable to print {x} from Word for the web", then: "been unable to print {x} from Word for the web",
			x:    []string{"documents with comments", "landscape pages", "protected documents"},
			info: "Downloading the document as PDF and printing it works.",
			part: "the converter that makes print copies", scope: "documents opened in the browser",
			causes: []cause{
				{"The converter was updated without the fonts that it needs", "adding the fonts", "The package of the converter is now built together with its fonts"},
				{"A new version of a library ends on an empty header", "using the previous version of the library", "Documents with empty headers joined the test set"},
			},
		},
	}
}
