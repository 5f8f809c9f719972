package delivery

import "strings"

// Starts of the keys of endpoints.
const (
	channelKey      = "channel:"
	subscriptionKey = "subscription:"
	contactKey      = "contact:"
	dutyKey         = "duty:"
)

// AllSubscriptions stands for the keys of all subscriptions.
const AllSubscriptions = subscriptionKey + "*"

// AllContacts stands for the keys of all contacts of the emergency list.
const AllContacts = contactKey + "*"

// ChannelKey returns the key of the endpoint that a channel of the settings is.
func ChannelKey(name string) string { return channelKey + name }

// ChannelOf returns the name of the channel of the settings whose endpoint has a
// key.
func ChannelOf(key string) (name string, ok bool) { return strings.CutPrefix(key, channelKey) }

// ChannelName returns the name of the channel of the settings whose endpoint has a
// key, the key itself for an endpoint of another kind.
func ChannelName(key string) string { return strings.TrimPrefix(key, channelKey) }

// SubscriptionKey returns the key of the endpoint that a subscription is.
func SubscriptionKey(id string) string { return subscriptionKey + id }

// SubscriptionOf returns the id of the subscription whose endpoint has a key.
func SubscriptionOf(key string) (id string, ok bool) { return strings.CutPrefix(key, subscriptionKey) }

// ContactKey returns the key of the endpoint that a contact of the emergency list is.
func ContactKey(id string) string { return contactKey + id }

// ContactOf returns the id of the contact whose endpoint has a key.
func ContactOf(key string) (id string, ok bool) { return strings.CutPrefix(key, contactKey) }

// DutyKey returns the key of the endpoint by which a contact of the emergency list is
// told of what they have to do, by the id of the contact.
func DutyKey(id string) string { return dutyKey + id }

// DutyOf returns the id of the contact whose endpoint of duties has a key.
func DutyOf(key string) (id string, ok bool) { return strings.CutPrefix(key, dutyKey) }

// isPersonal reports whether an endpoint stands for people, of whom there may be many.
func isPersonal(key string) bool {
	return strings.HasPrefix(key, subscriptionKey) || strings.HasPrefix(key, contactKey) || strings.HasPrefix(key, dutyKey)
}
