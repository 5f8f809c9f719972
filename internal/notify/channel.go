package notify

import (
	"context"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Channel is a way out. Each kind is a child of this package; its methods may
// be used from any goroutine.
type Channel interface {
	// Send delivers m and returns once the other side has accepted or refused it.
	// A nil error means that it was accepted. It makes one attempt: who calls it
	// decides when there is another. Errors are of type [*Failure], unless ctx has
	// ended.
	Send(ctx context.Context, m *Message) (Receipt, error)
}

// A Receipt is what the other side said of a message that it accepted.
type Receipt struct {
	// Status is the answer's: of HTTP, or the reply code of SMTP. 0 for none.
	Status int
	// Detail is one line that is safe to show, such as the id under which the
	// other side keeps the message; "" for none.
	Detail string
}

// A Message is what one endpoint is sent at once: a batch of deliveries, worded
// in one language. All but Attempt and Repeat is the same at each attempt. It is
// shared: do not change it.
type Message struct {
	// ID is the batch's for ever: the id of a webhook, the left part of a
	// Message-ID. It is of letters, digits, "-" and "_", at most 64 bytes.
	ID string
	// Kind says why the message is sent.
	Kind     MessageKind
	Attempt  int  // counts from 1
	Repeat   bool // an attempt before may have arrived: channels without ids say so
	Endpoint Endpoint
	Language string    // en, fr, ja, es or de: that of the letter
	MadeAt   time.Time // when the batch was fixed
	Letter   *Letter
	Facts    []Fact // the same as the letter, for programs, in its order
	// Thread is the same for all messages of one issue to one endpoint, of the
	// form of an ID; "" for a message of several items.
	Thread string
}

// A MessageKind says why a message is sent.
type MessageKind string

// The kinds of messages. Summary is one for what happened while nobody could be
// told, marked late; trouble is news of a channel that does not work, and is
// itself never told about; test, canary and ask are about no item and have no facts.
const (
	KindUpdate  MessageKind = "update"
	KindDigest  MessageKind = "digest"
	KindSummary MessageKind = "summary"
	KindRepeat  MessageKind = "repeat" // of a route with a repeat_interval: nothing has changed
	// KindEscalation tells of an incident that nobody has acknowledged in time.
	KindEscalation MessageKind = "escalation"
	// KindIncident is what the desk itself says about an incident that it handles.
	KindIncident MessageKind = "incident"
	KindTrouble  MessageKind = "trouble"
	KindTest     MessageKind = "test"
	KindCanary   MessageKind = "canary"
	KindAsk      MessageKind = "ask" // asks its reader something, on the page that its entry links
)

// An Endpoint is where a delivery goes: a channel of the settings, or the address
// of a person's subscription.
type Endpoint struct {
	// Key is its name for ever: "channel:NAME", "subscription:ID" or "contact:ID".
	Key string
	// Address is the address of a subscription, "" where the channel's own holds.
	Address string
	// Unsubscribe is the https address that ends the subscription by a POST, ""
	// for channels of the settings.
	Unsubscribe string
	// Zone is where times of the letter are written.
	Zone *time.Location
}

// A Fact is one item in a message, for programs.
type Fact struct {
	// Change is what changed, such as [ChangeOpened]; what matters most where
	// several changes are told at once.
	Change   string
	Kind     tocsin.Kind // issue, message, source, incident, step or request
	ID       string
	N        int // the version that the letter was made from
	Title    string
	Class    string // incident, advisory, message, planned, source, room, request
	Severity tocsin.Severity
	Status   tocsin.Status
	Was      tocsin.Status // the status before, "" when it is the same
	Services []Service
	Feature  string
	Category string
	Tags     []string
	// Tenants are those that the endpoint may see and whose change this is.
	Tenants []Tenant
	// Changes are the numbers of the changes that are told, smallest first.
	Changes []int64
	At      time.Time // of the newest of them, as the desk saw it
	StartAt time.Time // zero when not known
	EndAt   time.Time
	// NextUpdateBy is when the provider promised to say more, zero for never.
	NextUpdateBy time.Time
	Request      *RequestFact // of a support request; nil else
	Link         string       // the page about the item, absolute; "" without one
}

// A RequestFact is how a support request stands.
type RequestFact struct {
	To       string // desk or provider
	Severity string // A, B or C: that which holds
	State    string // draft, open, filed or ended
	Case     string // the provider's number for it, "" without one
	Issue    string // that it is about, "" for none
}

// What changed, as labels and the bodies of webhooks say it.
const (
	ChangeOpened   = "opened"   // an issue or message that is new
	ChangeUpdated  = "updated"  // something beside status and posts
	ChangePost     = "post"     // a post is new, or one was edited
	ChangeStatus   = "status"   // the status is another one
	ChangeResolved = "resolved" // the status says that it is over
	ChangeLeft     = "left"     // the provider lists it no longer
	ChangeReturned = "returned" // and again
	ChangeLate     = "late"     // the update that was promised has not come
	ChangeStale    = "stale"    // a source is not heard
	ChangeHeard    = "heard"    // and again
	ChangeReview   = "review"   // the review of an issue that was over is there
	ChangeRepeat   = "repeat"   // nothing: the issue goes on, and is told again

	ChangeFiled    = "filed"    // a support request is with the provider
	ChangeSeverity = "severity" // the provider gave it a severity
	ChangeAnswered = "answered" // somebody wrote an answer into it
	ChangeClosed   = "closed"   // it has ended
	ChangeReopened = "reopened" // and goes on again

	ChangeEscalation = "escalation" // nothing: nobody has acknowledged the incident
	ChangeMessage    = "message"    // the desk says something about an incident
)

// Over reports whether the item needs nobody's attention any more.
func (f *Fact) Over() bool {
	return f.Change == ChangeResolved || f.Change == ChangeLeft || f.Change == ChangeHeard || f.Change == ChangeClosed || f.Status.Settled()
}

// A Service is a service that an item is about.
type Service struct{ ID, Name string }

// A Tenant is a tenant that an item is about.
type Tenant struct{ ID, Name string }
