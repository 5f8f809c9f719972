package demo

// A topic is a feature that several messages are about: its preview, its
// arrival, a change of its default, and what it replaces.
type topic struct {
	services string // workload ids with blanks between
	name     string
	does     string // follows the name: "lets owners choose …"
	where    string // where admins find it
	old      string // what it replaces
}

// topics holds fifty features that no product has.
func topics() []topic {
	return []topic{
		{"microsoftteams", "Quiet hours for shared channels", "lets owners of a shared channel choose hours in which it sends no notifications", "the settings of the channel", "the older notification schedule"},
		{"microsoftteams", "Meeting agenda cards", "shows the current point of the agenda and the time left for it to everybody in a meeting", "meeting policies", "the agenda tab"},
		{"microsoftteams Exchange", "Travel time between rooms", "adds the walk between two buildings to meetings that follow each other", "the place settings of the organization", "fixed buffers of five minutes"},
		{"microsoftteams", "Call notes on desk phones", "puts the notes of a call on the screen of a desk phone as soon as it is answered", "calling policies", "the call history pane"},
		{"microsoftteams SharePoint", "File requests in channels", "asks people outside a team to upload files without seeing what is there", "sharing policies", "upload links by email"},
		{"microsoftteams", "Captions in two languages", "shows captions in the language that is spoken and in the reader's own at the same time", "meeting policies", "the single caption line"},
		{"microsoftteams", "Hand-over for call queues", "lets an agent pass a caller to a colleague together with a short summary", "the settings of the call queue", "blind transfers"},
		{"microsoftteams", "Guest rooms", "opens a space for a single project with guests, which closes itself on a given day", "guest access settings", "temporary teams"},
		{"microsoftteams OSDPPlatform", "Names in native script", "shows the name of a person in their own script beside the Latin one", "the profile settings", "the secondary display name"},
		{"Exchange", "Send later for shared mailboxes", "keeps email in a shared mailbox until the hour that was chosen, whoever wrote it", "mailbox policies", "delayed delivery rules"},
		{"Exchange", "Mailing list moderation by rota", "assigns waiting email to moderators in turn", "the properties of the group", "the single moderator setting"},
		{"Exchange", "Attachment size hints", "warns before sending when a recipient's system is known to refuse large attachments", "mail flow settings", "the fixed size limit notice"},
		{"Exchange", "Calendar handover", "transfers all meetings of a person who leaves to somebody else in one step", "the recipient's page", "organizer scripts"},
		{"Exchange Purview", "Journal gaps report", "lists hours for which a journaling address accepted less email than was sent to it", "compliance reports", "the weekly journaling summary"},
		{"Exchange", "Reply budgets", "stops a conversation from reaching everybody when it has had a chosen number of replies", "mail flow rules", "reply-all protection by size"},
		{"Exchange microsoftteams", "Room display themes", "shows the colours of a building on the panels in front of its rooms", "the room list", "the standard panel picture"},
		{"SharePoint", "Page health check", "finds pages with dead links, missing owners and outdated dates", "site settings", "the link report"},
		{"SharePoint", "Reading lists", "collects pages and files from several sites in one list that can be shared", "the app bar", "followed documents"},
		{"SharePoint OneDriveForBusiness", "Link descriptions", "asks for a short reason when a file is shared outside the organization", "sharing policies", "the optional note field"},
		{"SharePoint", "Version budgets", "limits the space that old versions of a library may use, keeping those with comments", "the storage settings of the site", "the fixed number of versions"},
		{"SharePoint", "Site lifecycle calendar", "shows when sites were last used and when their owners will be asked about them", "active sites", "the inactive site report"},
		{"SharePoint Viva", "News by place", "orders news on the start page by the reader's building", "news settings", "audience filters on web parts"},
		{"OneDriveForBusiness", "Offline days", "keeps the files of the coming meetings on a device ahead of a day without a network", "sync policies", "pinned folders"},
		{"OneDriveForBusiness", "Folder history", "shows who added, moved and removed files in a folder over a year", "the details pane", "the activity list of 30 days"},
		{"OneDriveForBusiness", "Handover packages", "bundles the files of a project for the person who takes over", "the folder menu", "bulk transfer of ownership"},
		{"officeonline O365Client", "Comment summaries for reviewers", "groups the comments of a long document by what they ask for", "the review tab", "the comment list"},
		{"officeonline", "Side by side workbooks", "opens two workbooks in one browser tab and scrolls them together", "the view tab", "synchronous scrolling"},
		{"O365Client", "Update windows by site", "lets devices of one place update at the same hour", "the apps admin center", "the single update deadline"},
		{"O365Client", "Safe start", "opens the last documents without add-ins after two crashes in a row", "app policies", "the safe mode prompt"},
		{"officeonline Forms", "Form fields in documents", "turns the answers of a form into fields of a document", "the insert tab", "mail merge with forms"},
		{"PowerBIcom", "Refresh forecasts", "predicts how long the next refresh of a model will take and warns if it won't end in time", "capacity settings", "the refresh history chart"},
		{"PowerBIcom", "Report glossary", "explains the measures of a report in a pane beside it", "the settings of the model", "tooltips with descriptions"},
		{"PowerBIcom", "Row filters by group", "applies filters on rows to groups that are kept in the directory", "model security", "row filters by user list"},
		{"MicrosoftFlow", "Run budgets", "stops a flow that runs more often than its owner expected", "the environment's settings", "the flow throttling notice"},
		{"MicrosoftFlow", "Approval stand-ins", "sends approvals to a stand-in while the approver is away", "the approval settings", "forwarding rules for approvals"},
		{"PowerApps", "Screens from sketches", "turns a photo of a drawing into a first version of a screen", "the studio", "the screen templates of 2022"},
		{"PowerApps Dataverse", "Undo for imports", "takes back an import of rows within two days", "the import history", "bulk deletion jobs"},
		{"PowerPlatform", "Environment cost centers", "assigns the use of an environment to a cost center", "the billing page", "the monthly capacity file"},
		{"Dataverse", "Table owners", "names a person for each table who is asked before its columns change", "table properties", "the managed property"},
		{"DynamicsCRM", "Visit preparation", "gathers open cases, offers and the last email before a visit", "the app settings", "the relationship pane"},
		{"OrgLiveID", "Sign-in stories", "tells in plain words why a sign-in was refused and what would make it succeed", "sign-in logs", "the error code page"},
		{"OrgLiveID", "Travel mode for accounts", "permits sign-ins from one country for the days of a trip", "access policies", "named locations for single users"},
		{"OSDPPlatform", "Admin shifts", "gives admin rights to the people on duty and takes them back when their shift ends", "role settings", "scheduled role assignments"},
		{"OSDPPlatform", "Licence returns", "offers licences that were not used for 60 days to those who wait for one", "the licence page", "the unused licence report"},
		{"Intune", "Device swaps", "moves apps and settings of a device to its replacement", "device actions", "the fresh start action"},
		{"Intune WindowsAutopatch", "Update diary", "shows for each device which update was held back and why", "the device's page", "the feature update report"},
		{"Microsoft365Defender", "Alert handover notes", "passes notes about open alerts from one shift to the next", "the incident page", "comments on alerts"},
		{"Purview", "Retention previews", "shows which files a retention label would delete before it is published", "label policies", "the simulation report"},
		{"Planner ProjectForTheWeb", "Plan comparison", "shows what has moved in a plan since a chosen day", "the plan's menu", "baseline columns"},
		{"Bookings", "Waiting lists", "offers a cancelled appointment to those who asked for an earlier one", "the booking page", "the cancellation email"},
	}
}
